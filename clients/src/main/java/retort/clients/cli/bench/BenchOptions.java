package retort.clients.cli.bench;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.ModelMetadataRequest;
import retort.inference.ModelMetadataResponse;
import retort.v1.ListModelsRequest;
import retort.v1.RetortGrpc;

/** Flags that say which server is measured, and for how long. */
final class BenchOptions {
  private static final double MOST_SECONDS = 86_400;
  private static final long CONNECT_SECONDS = 30;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "Where a Retort server listens, such as 127.0.0.1:8001. Default: --oip.")
  private String server = "";

  @Option(
      names = "--oip",
      paramLabel = "HOST:PORT",
      description =
          "Where any server of the Open Inference Protocol listens: calls are ModelInfer, streams"
              + " ModelStreamInfer; needs --model. Default: --server.")
  private String inference = "";

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Which of the server's models. Default: its only one.")
  private String model = "";

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long to measure. Default: ${DEFAULT-VALUE}.")
  private double seconds = 10;

  @Option(
      names = "--warm-up",
      paramLabel = "S",
      description = "How long to run before, unmeasured. Default: ${DEFAULT-VALUE}.")
  private double warmUpSeconds = 2;

  /** Refuses what cannot be. */
  void check() {
    if (server.isEmpty() == inference.isEmpty()) {
      throw new IllegalArgumentException(
          "which server is not said; pass either --server HOST:PORT or --oip HOST:PORT");
    }
    if (!address().matches(".+:\\d{1,5}")) {
      throw new IllegalArgumentException(
          (tensors() ? "--oip" : "--server")
              + " is '"
              + address()
              + "' but should be HOST:PORT, such as 127.0.0.1:8001");
    }
    if (tensors() && model.isEmpty()) {
      throw new IllegalArgumentException("--oip is given; name the model with --model");
    }
    if (!(seconds > 0 && seconds <= MOST_SECONDS)) {
      throw new IllegalArgumentException(
          "--seconds is " + seconds + " but should be above 0 and at most 86400");
    }
    if (!(warmUpSeconds >= 0 && warmUpSeconds <= MOST_SECONDS)) {
      throw new IllegalArgumentException(
          "--warm-up is " + warmUpSeconds + " but should be 0 to 86400");
    }
  }

  String address() {
    return server.isEmpty() ? inference : server;
  }

  /** Whether the server is asked by the Open Inference Protocol. */
  boolean tensors() {
    return !inference.isEmpty();
  }

  String model() {
    return model;
  }

  double seconds() {
    return seconds;
  }

  double warmUpSeconds() {
    return warmUpSeconds;
  }

  /** From now on. */
  Span span() {
    return Span.from(System.nanoTime(), warmUpSeconds, seconds);
  }

  /**
   * A connection that is there, and answers on its own thread, so that no hand-over is measured.
   *
   * @throws BenchException when the server does not answer
   */
  ManagedChannel connected() {
    ManagedChannel channel =
        Grpc.newChannelBuilder(address(), InsecureChannelCredentials.create())
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .directExecutor()
            .build();
    try {
      if (tensors()) {
        metadata(channel);
      } else {
        RetortGrpc.newBlockingStub(channel)
            .withDeadlineAfter(CONNECT_SECONDS, TimeUnit.SECONDS)
            .listModels(ListModelsRequest.getDefaultInstance());
      }
      return channel;
    } catch (StatusRuntimeException e) {
      channel.shutdownNow();
      throw BenchException.ofCall(address(), e);
    }
  }

  /** What the server says of the model. */
  ModelMetadataResponse metadata(ManagedChannel channel) {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CONNECT_SECONDS, TimeUnit.SECONDS)
        .modelMetadata(ModelMetadataRequest.newBuilder().setName(model).build());
  }
}
