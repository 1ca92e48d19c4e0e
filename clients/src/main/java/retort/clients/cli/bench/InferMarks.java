package retort.clients.cli.bench;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.protobuf.ProtoUtils;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import retort.inference.ModelInferResponse;
import retort.inference.ModelStreamInferResponse;

/**
 * Reads responses of {@code ModelStreamInfer}. A response is a frame; one with outputs {@code
 * index} and {@code due} says which, as this server's frames do.
 */
final class InferMarks implements Marshaller<FrameMark> {
  private static final String FINAL = "triton_final_response";

  private final Marshaller<ModelStreamInferResponse> messages =
      ProtoUtils.marshaller(ModelStreamInferResponse.getDefaultInstance());

  @Override
  public InputStream stream(FrameMark mark) {
    throw new UnsupportedOperationException("responses are only read");
  }

  @Override
  public FrameMark parse(InputStream stream) {
    return mark(messages.parse(stream));
  }

  static FrameMark mark(ModelStreamInferResponse message) {
    if (!message.getErrorMessage().isEmpty()) {
      return FrameMark.failed(message.getErrorMessage());
    }
    ModelInferResponse response = message.getInferResponse();
    boolean last =
        response.containsParameters(FINAL) && response.getParametersOrThrow(FINAL).getBoolParam();
    boolean empty = response.getOutputsCount() == 0;
    OptionalLong index = number(response, "index");
    OptionalLong due = number(response, "due");
    return index.isPresent() && due.isPresent()
        ? new FrameMark(index.getAsLong(), due.getAsLong(), 0, last, empty, null)
        : FrameMark.counted(last, empty);
  }

  private static OptionalLong number(ModelInferResponse response, String output) {
    for (int i = 0; i < response.getOutputsCount(); i++) {
      if (response.getOutputs(i).getName().equals(output)
          && i < response.getRawOutputContentsCount()
          && response.getRawOutputContents(i).size() == Long.BYTES) {
        ByteString raw = response.getRawOutputContents(i);
        return OptionalLong.of(raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getLong());
      }
    }
    return OptionalLong.empty();
  }
}
