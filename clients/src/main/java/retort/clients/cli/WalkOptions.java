package retort.clients.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import retort.v1.Origin;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;
import retort.v1.Walk;

/** Flags that say what a stream shows, how fast, and in what form. */
final class WalkOptions {
  /** What the server does when we are slow. */
  enum Slow {
    LATEST,
    BLOCK
  }

  private static final double MOST = 240;

  /** The contract's limit for a walk. */
  private static final int MAX_LABELS = 256;

  @Option(
      names = "--fps",
      paramLabel = "F",
      description = "Frames a second, above 0 to 240. Default: ${DEFAULT-VALUE}.")
  private double fps = 20;

  @Option(
      names = "--seed",
      converter = Seed.Converter.class,
      paramLabel = "N",
      description =
          "Seed of the first keyframe; keyframe i has this seed + i. Default: ${DEFAULT-VALUE}.")
  private Seed seed = Seed.ZERO;

  @Option(
      names = "--labels",
      paramLabel = "NAME",
      split = ",",
      description =
          "Names or numbers of labels, with commas; keyframes take them in turn. Default: all of"
              + " the model, 256 at most.")
  private List<String> labels = new ArrayList<>();

  @Option(
      names = "--speed",
      paramLabel = "K",
      description =
          "Keyframes a second, 0 to 240; frames between them are blended. Default: as many as"
              + " frames.")
  private @Nullable Double speed;

  @Mixin private FormOptions form = new FormOptions(FormOptions.Carried.PNG);

  @Option(
      names = "--slow-client",
      paramLabel = "NAME",
      defaultValue = "latest",
      description =
          "What the server does when we are slow: drop frames and send the latest, or block until"
              + " we take them. Default: ${DEFAULT-VALUE}.")
  private Slow slow = Slow.LATEST;

  double fps() {
    return fps;
  }

  /** In which form its images come. */
  ImageForm form() {
    return form.form();
  }

  /** Refuses numbers that no stream can have. */
  void check() {
    if (!(fps > 0 && fps <= MOST)) {
      throw new IllegalArgumentException(
          "--fps is " + fps + " but should be above 0 and at most 240");
    }
    if (speed != null && !(speed >= 0 && speed <= MOST)) {
      throw new IllegalArgumentException("--speed is " + speed + " but should be 0 to 240");
    }
    form.form();
  }

  /** What to ask the server for. */
  StreamRequest.Builder request(ServedModel model) {
    Walk.Builder walk = Walk.newBuilder();
    if (speed != null) {
      walk.setSpeed(speed);
    }
    Origin.Builder start = Origin.newBuilder().setSeed(seed.bits());
    List<Integer> cycle = model.labels(labels);
    if (labels.isEmpty() && cycle.size() > MAX_LABELS) {
      cycle = cycle.subList(0, MAX_LABELS);
    }
    if (!cycle.isEmpty()) {
      start.setLabel(cycle.get(0));
      walk.addAllLabels(cycle);
    }
    StreamRequest.Builder request =
        StreamRequest.newBuilder()
            .setModel(model.name())
            .setStart(start)
            .setFps(fps)
            .setWalk(walk)
            .setSlowClient(
                slow == Slow.BLOCK ? SlowClient.SLOW_CLIENT_BLOCK : SlowClient.SLOW_CLIENT_LATEST);
    return form.ask(request);
  }
}
