package retort.clients.cli.bench;

import io.grpc.ManagedChannel;
import java.io.PrintWriter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import retort.clients.cli.FormOptions;
import retort.v1.Origin;
import retort.v1.StreamRequest;
import retort.v1.Walk;

/** Flags that say which streams are run, and their measurement. */
final class StreamOptions {
  private static final double MOST = 240;
  private static final int MOST_STREAMS = 4096;

  @Option(
      names = "--streams",
      paramLabel = "N",
      description = "How many streams; with --ramp how many first. Default: ${DEFAULT-VALUE}.")
  private int count = 1;

  @Option(
      names = "--fps",
      paramLabel = "F",
      description = "Frames a second of each, 0.01 to 240. Default: ${DEFAULT-VALUE}.")
  private double fps = 20;

  @Option(
      names = "--ramp",
      description =
          "Find how many streams are held: none refused, 99 %% of the frames due within half a"
              + " period. Default: not.")
  private boolean ramp;

  @Option(
      names = "--calls",
      description =
          "Ask for each frame by a call of its own when it is due, as clients of servers without"
              + " streams do. Default: one call for a stream.")
  private boolean calls;

  @Option(
      names = "--stalled",
      paramLabel = "N",
      description = "Clients beside them that never read. Default: ${DEFAULT-VALUE}.")
  private int stalled = 0;

  @Option(
      names = "--steer",
      paramLabel = "RATE",
      description =
          "Updates a second of each stream, by Steer; 0: none, by Stream. Default:"
              + " ${DEFAULT-VALUE}.")
  private double steerRate = 0;

  @Mixin private FormOptions form = new FormOptions(FormOptions.Carried.RAW);

  @Option(
      names = "--label",
      paramLabel = "N",
      description = "The number of the label that they show. Default: none.")
  private int label = -1;

  /** Refuses what cannot be. */
  void check(boolean tensors) {
    if (tensors && (steerRate > 0 || label >= 0)) {
      throw new IllegalArgumentException(
          (steerRate > 0 ? "--steer" : "--label")
              + " is given; it is for --server only, and --oip takes --value");
    }
    if (calls && (steerRate > 0 || stalled > 0)) {
      throw new IllegalArgumentException(
          (steerRate > 0 ? "--steer" : "--stalled")
              + " is given; with --calls there are no streams, so leave out one of the two");
    }
    if (form.given() && (tensors || calls)) {
      throw new IllegalArgumentException(
          "the form of images is given; it is for streams of --server only, so leave out"
              + " --encoding, --width, --height and --quality");
    }
    requireCount("--streams", count, 1);
    requireCount("--stalled", stalled, 0);
    if (!(fps >= 0.01 && fps <= MOST)) {
      throw new IllegalArgumentException("--fps is " + fps + " but should be 0.01 to 240");
    }
    if (!(steerRate >= 0 && steerRate <= 1e4)) {
      throw new IllegalArgumentException("--steer is " + steerRate + " but should be 0 to 10000");
    }
    if (label < -1) {
      throw new IllegalArgumentException("--label is " + label + " but should be at least 0");
    }
  }

  private static void requireCount(String flag, int value, int least) {
    if (value < least || value > MOST_STREAMS) {
      throw new IllegalArgumentException(
          flag + " is " + value + " but should be " + least + " to " + MOST_STREAMS);
    }
  }

  /** Whether a flag asks for another thing than one plain stream. */
  boolean wanted() {
    boolean several = ramp || calls || count > 1 || stalled > 0 || steerRate > 0;
    return several || label >= 0 || form.given();
  }

  /** Runs the streams. */
  void measure(BenchOptions options, TensorOptions tensors, Figures figures, PrintWriter out)
      throws InterruptedException {
    StreamLoad load = new StreamLoad(options, kind(options, tensors), fps, stalled, steerRate);
    figures.text("server", options.address()).text("method", load.kind().name()).number("fps", fps);
    if (!ramp) {
      figures.count("stalled", stalled);
      load.run(count).tell(figures);
      return;
    }
    Ramp search = new Ramp(load::run, MOST_STREAMS, out);
    figures.count("streams_held", search.find(count)).list("steps", search.steps());
  }

  private Watched.Kind kind(BenchOptions options, TensorOptions tensors) {
    if (!options.tensors() && !calls) {
      StreamRequest request = request(options.model());
      return steerRate > 0 ? StreamKind.steered(request) : StreamKind.watched(request);
    }
    ManagedChannel channel = options.connected();
    try {
      return calls
          ? StreamOfCalls.kind(tensors.call(options, channel))
          : tensors.streams(options, channel, fps);
    } finally {
      channel.shutdownNow();
    }
  }

  private StreamRequest request(String model) {
    Origin.Builder start = Origin.newBuilder();
    if (label >= 0) {
      start.setLabel(label);
    }
    return form.ask(
            StreamRequest.newBuilder()
                .setModel(model)
                .setStart(start)
                .setFps(fps)
                .setWalk(Walk.getDefaultInstance()))
        .build();
  }
}
