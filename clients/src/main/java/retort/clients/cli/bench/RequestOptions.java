package retort.clients.cli.bench;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.ModelInferRequest;
import retort.inference.ModelMetadataRequest;
import retort.inference.ServerLiveRequest;
import retort.v1.Encoding;
import retort.v1.GenerateRequest;
import retort.v1.ListModelsRequest;
import retort.v1.Origin;
import retort.v1.RetortGrpc;

/** Flags that say in which protocol a server is asked, and for what. */
final class RequestOptions {
  private static final long METADATA_SECONDS = 30;

  @Option(
      names = "--oip",
      description =
          "Speak the Open Inference Protocol: a call is ModelInfer with random inputs, a stream is"
              + " ModelStreamInfer of a model of frames; needs --model. Default: our own"
              + " protocol.")
  private boolean oip;

  @Option(
      names = "--shape",
      paramLabel = "INPUT=N,...",
      description =
          "The shape of an input of --oip, such as input=1,3,224,224; may be given for each."
              + " Default: what the server says, a batch of 1.")
  private List<String> shapes = new ArrayList<>();

  /** Refuses what cannot be. */
  void check(String model) {
    if (oip && model.isEmpty()) {
      throw new IllegalArgumentException("--oip is given; name the model with --model");
    }
    if (!shapes.isEmpty() && !oip) {
      throw new IllegalArgumentException("--shape is given; it is for --oip only");
    }
    GivenShapes.parse(shapes);
  }

  boolean oip() {
    return oip;
  }

  /** What a call asks for: an image, raw. */
  UnaryCall<?, ?> call(BenchOptions options, ManagedChannel channel) {
    if (oip) {
      ModelInferRequest request = tensors(options, channel);
      return new UnaryCall<>(GRPCInferenceServiceGrpc.getModelInferMethod(), i -> request);
    }
    GenerateRequest request =
        GenerateRequest.newBuilder()
            .setModel(options.model())
            .addOrigins(Origin.getDefaultInstance())
            .setEncoding(Encoding.ENCODING_RAW)
            .build();
    return new UnaryCall<>(
        RetortGrpc.getGenerateMethod(),
        i -> request.toBuilder().setOrigins(0, Origin.newBuilder().setSeed(i)).build());
  }

  /** Asks the server whether it is there, so that the connection stands. */
  void greet(ManagedChannel channel, long seconds) {
    if (oip) {
      GRPCInferenceServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(seconds, TimeUnit.SECONDS)
          .serverLive(ServerLiveRequest.getDefaultInstance());
    } else {
      RetortGrpc.newBlockingStub(channel)
          .withDeadlineAfter(seconds, TimeUnit.SECONDS)
          .listModels(ListModelsRequest.getDefaultInstance());
    }
  }

  private ModelInferRequest tensors(BenchOptions options, ManagedChannel channel) {
    try {
      return TensorRequest.of(
          GRPCInferenceServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(METADATA_SECONDS, TimeUnit.SECONDS)
              .modelMetadata(ModelMetadataRequest.newBuilder().setName(options.model()).build()),
          options.model(),
          GivenShapes.parse(shapes));
    } catch (StatusRuntimeException e) {
      throw BenchException.ofCall(options.server(), e);
    }
  }
}
