package retort.clients.cli.bench;

import io.grpc.ManagedChannel;
import picocli.CommandLine.Option;

/** Flags that say which calls with one answer are made, and their measurement. */
final class UnaryOptions {
  private static final int MOST_CALLERS = 4096;
  private static final double MOST_RATE = 1e6;

  @Option(
      names = "--callers",
      paramLabel = "N",
      description =
          "Measure calls: so many callers, each asking again when it has its answer. Default: none.")
  private int callers;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Measure calls: so many a second, whatever the answers do. Default: none.")
  private double rate;

  /** Refuses what cannot be. */
  void check(StreamOptions streams) {
    if (callers < 0 || callers > MOST_CALLERS) {
      throw new IllegalArgumentException(
          "--callers is " + callers + " but should be 1 to " + MOST_CALLERS);
    }
    if (!(rate >= 0 && rate <= MOST_RATE)) {
      throw new IllegalArgumentException(
          "--rate is " + rate + " but should be above 0 and at most 1e6");
    }
    if (callers > 0 && rate > 0) {
      throw new IllegalArgumentException("--callers and --rate are two measurements; pass one");
    }
    if (wanted() && streams.wanted()) {
      throw new IllegalArgumentException(
          "streams and calls are two measurements; pass either --callers or --rate, or what"
              + " concerns streams");
    }
  }

  /** Whether calls are to be measured. */
  boolean wanted() {
    return callers > 0 || rate > 0;
  }

  /** Makes the calls. */
  void measure(BenchOptions options, TensorOptions tensors, Figures figures)
      throws InterruptedException {
    ManagedChannel channel = options.connected();
    try {
      UnaryCall<?> call = tensors.call(options, channel);
      figures.text("server", options.address()).text("method", call.name());
      measure(new UnaryLoad<>(channel, call, options.span()), figures);
    } finally {
      channel.shutdownNow();
    }
  }

  private void measure(UnaryLoad<?> load, Figures figures) throws InterruptedException {
    if (callers > 0) {
      figures.count("callers", callers);
      load.closedLoop(callers);
    } else {
      figures.number("rate", rate);
      load.fixedRate(rate);
    }
    load.tell(figures);
  }
}
