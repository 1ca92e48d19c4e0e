package retort.clients.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import retort.v1.Encoding;
import retort.v1.Origin;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;
import retort.v1.Walk;

/** Flags that say what a stream shows, how fast, and in what form. */
final class WalkOptions {
  /** How an image is carried. */
  enum Carried {
    PNG(Encoding.ENCODING_PNG),
    RAW(Encoding.ENCODING_RAW),
    JPEG(Encoding.ENCODING_JPEG),
    WEBP(Encoding.ENCODING_WEBP);

    private final Encoding encoding;

    Carried(Encoding encoding) {
      this.encoding = encoding;
    }
  }

  /** What the server does when we are slow. */
  enum Slow {
    LATEST,
    BLOCK
  }

  private static final double MOST = 240;

  private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

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

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      defaultValue = "png",
      description = "How images travel: png, raw, jpeg or webp. Default: ${DEFAULT-VALUE}.")
  private Carried encoding = Carried.PNG;

  @Option(
      names = "--quality",
      paramLabel = "Q",
      description = "Of jpeg and webp, 1 to 100. Default: the server's, 90.")
  private @Nullable Integer quality;

  @Option(
      names = "--scale-to",
      paramLabel = "WxH",
      description = "Pixels to which the server scales each image, such as 256x256. Default: none.")
  private @Nullable String scaleTo;

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

  /** Refuses numbers that no stream can have. */
  void check() {
    if (!(fps > 0 && fps <= MOST)) {
      throw new IllegalArgumentException(
          "--fps is " + fps + " but should be above 0 and at most 240");
    }
    if (quality != null && (quality < 1 || quality > 100)) {
      throw new IllegalArgumentException(
          "--quality is " + quality + " but should be from 1 to 100");
    }
    if (speed != null && !(speed >= 0 && speed <= MOST)) {
      throw new IllegalArgumentException("--speed is " + speed + " but should be 0 to 240");
    }
  }

  /** What to ask the server for. */
  StreamRequest.Builder request(ServedModel model) {
    Matcher size = SIZE.matcher(scaleTo == null ? "0x0" : scaleTo);
    if (!size.matches()) {
      throw new IllegalArgumentException(
          "--scale-to is " + scaleTo + " but should be a width and a height, such as 256x256");
    }
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
    return StreamRequest.newBuilder()
        .setModel(model.name())
        .setStart(start)
        .setFps(fps)
        .setWalk(walk)
        .setEncoding(encoding.encoding)
        .setQuality(quality == null ? 0 : quality)
        .setWidth(Integer.parseInt(size.group(1)))
        .setHeight(Integer.parseInt(size.group(2)))
        .setSlowClient(
            slow == Slow.BLOCK ? SlowClient.SLOW_CLIENT_BLOCK : SlowClient.SLOW_CLIENT_LATEST);
  }
}
