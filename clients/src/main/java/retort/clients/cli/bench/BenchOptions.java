package retort.clients.cli.bench;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import picocli.CommandLine.Option;

/** Flags that say which server is measured, and for how long. */
final class BenchOptions {
  private static final double MOST_SECONDS = 86_400;

  @Option(
      names = "--server",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Where the server listens, such as 127.0.0.1:8001.")
  private String server = "";

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
    if (!server.matches(".+:\\d{1,5}")) {
      throw new IllegalArgumentException(
          "--server is '" + server + "' but should be HOST:PORT, such as 127.0.0.1:8001");
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

  String server() {
    return server;
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

  /** A connection that answers on its own thread, so that no hand-over is measured. */
  ManagedChannel channel() {
    return Grpc.newChannelBuilder(server, InsecureChannelCredentials.create())
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .directExecutor()
        .build();
  }
}
