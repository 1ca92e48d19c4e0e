package retort.clients.cli.bench;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.ByteOrder;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferResponse;
import retort.inference.ModelStreamInferResponse;

/**
 * A stream of the Open Inference Protocol: one request of a decoupled model, whose answers are
 * frames with their {@code index} and, in nanoseconds after the start, {@code due} as tensors.
 */
final class DecoupledStream extends MeasuredStream {
  private final ClientCall<ModelInferRequest, ModelStreamInferResponse> call;
  private final ModelInferRequest request;

  /**
   * @param channel stays the caller's
   */
  DecoupledStream(ManagedChannel channel, ModelInferRequest request) {
    this.call =
        channel.newCall(GRPCInferenceServiceGrpc.getModelStreamInferMethod(), CallOptions.DEFAULT);
    this.request = request;
  }

  @Override
  void begin(long now, boolean reads) {
    call.start(new Reader(), new Metadata());
    call.sendMessage(request);
    if (reads) {
      call.request(1);
    }
  }

  private final class Reader extends MessageReader<ModelStreamInferResponse> {
    Reader() {
      super(call);
    }

    @Override
    void read(ModelStreamInferResponse answer, long now) {
      ModelInferResponse frame = answer.getInferResponse();
      if (!answer.getErrorMessage().isEmpty()) {
        end(Status.UNKNOWN.withDescription(answer.getErrorMessage()));
      } else if (frame.getOutputsCount() > 0) {
        log().add(now, number(frame, "due"), number(frame, "index"));
      }
    }

    private long number(ModelInferResponse frame, String name) {
      for (int i = 0; i < frame.getOutputsCount(); i++) {
        if (frame.getOutputs(i).getName().equals(name) && i < frame.getRawOutputContentsCount()) {
          ByteString raw = frame.getRawOutputContents(i);
          if (raw.size() == Long.BYTES) {
            return raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getLong();
          }
        }
      }
      end(Status.UNKNOWN.withDescription("its answers have no INT64 " + name + " of one element"));
      return 0;
    }
  }
}
