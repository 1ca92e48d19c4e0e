package retort.server.oip;

import java.util.Map;
import java.util.OptionalLong;
import retort.inference.InferParameter;
import retort.inference.InferParameter.ParameterChoiceCase;
import retort.inference.ModelInferRequest;

/**
 * What a request says beside its tensors, as far as it changes anything here.
 *
 * @param timeoutMicros time it may take, above 0
 * @param emptyFinal whether the end of many answers is told by an empty one
 */
record RequestParameters(OptionalLong timeoutMicros, boolean emptyFinal) {
  private static final String TIMEOUT = "timeout";
  private static final String PRIORITY = "priority";
  private static final String SEQUENCE = "sequence_id";
  private static final String EMPTY_FINAL = "triton_enable_empty_final_response";

  /**
   * Reads and checks them.
   *
   * @throws io.grpc.StatusRuntimeException when one has a wrong type or value, or is reserved
   */
  static RequestParameters of(ModelInferRequest request) {
    request.getParametersMap().forEach((key, value) -> require(key, value));
    Map<String, InferParameter> given = request.getParametersMap();
    // Unlimited where it is 0, as in Triton.
    InferParameter timeout = given.get(TIMEOUT);
    InferParameter empty = given.get(EMPTY_FINAL);
    return new RequestParameters(
        timeout == null || timeout.getInt64Param() == 0
            ? OptionalLong.empty()
            : OptionalLong.of(timeout.getInt64Param()),
        empty != null && empty.getBoolParam());
  }

  private static void require(String key, InferParameter value) {
    ParameterChoiceCase type = value.getParameterChoiceCase();
    switch (key) {
      case TIMEOUT -> {
        requireType(key, type == ParameterChoiceCase.INT64_PARAM, "int64_param");
        if (value.getInt64Param() < 0) {
          throw Refusals.invalid(
              "parameter 'timeout' is "
                  + value.getInt64Param()
                  + ", but microseconds above 0 are expected, or 0 for no limit");
        }
      }
      case PRIORITY -> {
        boolean integer =
            type == ParameterChoiceCase.INT64_PARAM || type == ParameterChoiceCase.UINT64_PARAM;
        requireType(key, integer, "int64_param or uint64_param");
        if (value.getInt64Param() < 0) {
          throw Refusals.invalid(
              "parameter 'priority' is " + value.getInt64Param() + ", but should be at least 0");
        }
      }
      case SEQUENCE ->
          requireType(
              key,
              type == ParameterChoiceCase.INT64_PARAM || type == ParameterChoiceCase.STRING_PARAM,
              "int64_param or string_param");
      case "sequence_start", "sequence_end", EMPTY_FINAL ->
          requireType(key, type == ParameterChoiceCase.BOOL_PARAM, "bool_param");
      default -> {
        if (key.startsWith("triton_")) {
          throw Refusals.invalid(
              "parameter keys starting with 'triton_' are reserved for Triton usage and should not"
                  + " be specified: '"
                  + Refusals.name(key)
                  + "'");
        }
      }
    }
  }

  private static void requireType(String key, boolean right, String expected) {
    if (!right) {
      throw Refusals.invalid(
          "invalid value type for '" + key + "' parameter, expected " + expected + ".");
    }
  }
}
