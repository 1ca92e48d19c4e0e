package retort.server.oip;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import retort.inference.InferParameter;
import retort.inference.InferParameter.ParameterChoiceCase;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferRequest.InferRequestedOutputTensor;
import retort.inference.ModelInferResponse;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorSpec;
import retort.server.tensor.TensorValue;

/** Which outputs one request wants, and how: what is put into its answers. */
final class WantedOutputs {
  private static final String CLASSIFICATION = "classification";

  /** By name, in the order wanted: how many classes, or 0 for the tensor itself. */
  private final Map<String, Integer> classes = new LinkedHashMap<>();

  private final String id;
  private final ServedModel model;

  /**
   * Reads them.
   *
   * @throws io.grpc.StatusRuntimeException when the model has no such output
   */
  WantedOutputs(ModelInferRequest request, ServedModel model) {
    id = request.getId();
    this.model = model;
    for (InferRequestedOutputTensor output : request.getOutputsList()) {
      if (model.outputs().stream().noneMatch(spec -> spec.name().equals(output.getName()))) {
        throw Refusals.invalid(
            "unexpected inference output '"
                + Refusals.name(output.getName())
                + "' for model '"
                + model.name()
                + "'");
      }
      if (output.containsParameters("shared_memory_region")) {
        throw Refusals.unsupported(
            "output '"
                + output.getName()
                + "' is wanted in shared memory, which this server does not use");
      }
      classes.put(output.getName(), classes(output));
    }
    if (classes.isEmpty()) {
      model.outputs().stream().map(TensorSpec::name).forEach(name -> classes.put(name, 0));
    }
  }

  private static int classes(InferRequestedOutputTensor output) {
    InferParameter count = output.getParametersMap().get(CLASSIFICATION);
    if (count == null) {
      return 0;
    }
    long classes = count.getInt64Param();
    if (count.getParameterChoiceCase() != ParameterChoiceCase.INT64_PARAM || classes < 1) {
      throw Refusals.invalid(
          "invalid value for 'classification' parameter of output '"
              + output.getName()
              + "', expected int64_param above 0.");
    }
    return (int) Math.min(classes, Integer.MAX_VALUE);
  }

  /** Names of those wanted. */
  Set<String> names() {
    return classes.keySet();
  }

  /**
   * An answer, all in it raw.
   *
   * @param values those wanted, by name; others are left out
   */
  ModelInferResponse.Builder answer(Map<String, TensorValue> values) {
    ModelInferResponse.Builder answer =
        ModelInferResponse.newBuilder()
            .setModelName(model.name())
            .setModelVersion(model.version())
            .setId(id);
    classes.forEach(
        (name, count) -> {
          TensorValue value = values.get(name);
          if (value == null) {
            throw new IllegalStateException("the network gave no " + name);
          }
          TensorValue told =
              count == 0 ? value : Classes.of(value, count, model.maxBatch() > 0, name);
          answer.addOutputs(
              ModelInferResponse.InferOutputTensor.newBuilder()
                  .setName(name)
                  .setDatatype(Datatype.name(told.type()))
                  .addAllShape(told.shape()));
          answer.addRawOutputContents(raw(told));
        });
    return answer;
  }

  private static ByteString raw(TensorValue value) {
    return value.type() == ElementType.STRING
        ? RawTexts.write(value.texts())
        // Nobody writes to an output after it was handed over.
        : UnsafeByteOperations.unsafeWrap(value.bytes());
  }
}
