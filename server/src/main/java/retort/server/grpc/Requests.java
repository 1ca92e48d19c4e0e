package retort.server.grpc;

import java.util.ArrayList;
import java.util.List;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.schedule.RefusedException;
import retort.server.schedule.StreamPlan;
import retort.v1.GenerateRequest;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;

/**
 * Requests checked against the limits that the protocol states, each failure naming field, value
 * and limit. Every method throws {@link RefusedException} for a request that can never succeed.
 */
final class Requests {
  private static final int MAX_ORIGINS = 256;
  private static final int MAX_WALK_LABELS = 256;

  /** With what goes around 256 images, a message that clients take by default, of 4 MiB. */
  private static final int MAX_IMAGE_BYTES = (4 << 20) - (64 << 10);

  private Requests() {}

  /**
   * The origins of a request.
   *
   * @param capacity images that the server's queue holds
   */
  static List<Origin> origins(GenerateRequest request, Generator generator, int capacity) {
    int count = request.getOriginsCount();
    if (count < 1 || count > MAX_ORIGINS) {
      throw Failures.invalid(
          "origins has " + count + " entries, but 1 to " + MAX_ORIGINS + " are expected");
    }
    if (count > capacity) {
      throw Failures.invalid(
          "origins has "
              + count
              + " entries, but this server's queue holds "
              + capacity
              + "; ask in several requests");
    }
    long bytes = (long) count * generator.shape().elements();
    if (bytes > MAX_IMAGE_BYTES) {
      throw Failures.invalid(
          "origins has "
              + count
              + " entries, which make "
              + bytes
              + " bytes of raw images, but an answer holds at most "
              + MAX_IMAGE_BYTES
              + "; ask in several requests");
    }
    List<Origin> origins = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      origins.add(origin("origins[" + i + "]", request.getOrigins(i), generator));
    }
    return origins;
  }

  private static Origin origin(String field, retort.v1.Origin message, Generator generator) {
    double blend = message.getBlend();
    if (!(blend >= 0 && blend < 1)) {
      throw Failures.invalid(
          field + ".blend is " + blend + ", but at least 0 and below 1 is expected");
    }
    int label = label(field, message, generator);
    int next =
        message.hasNextLabel()
            ? label(field + ".next_label", message.getNextLabel(), generator)
            : label;
    return new Origin(message.getSeed(), label, blend, next);
  }

  private static int label(String field, retort.v1.Origin message, Generator generator) {
    return message.hasLabel()
        ? label(field + ".label", message.getLabel(), generator)
        : Origin.NO_LABEL;
  }

  /** Checks a label, a number without sign. */
  static int label(String field, int label, Generator generator) {
    int labels = generator.labelNames().size();
    if (Integer.compareUnsigned(label, labels) >= 0) {
      String number = field + " is " + Integer.toUnsignedString(label);
      throw Failures.invalid(
          labels == 0
              ? number + ", but the model has no labels; leave it out"
              : number + ", but the model has " + labels + " labels, numbered from 0");
    }
    return label;
  }

  /**
   * An encoding.
   *
   * @param value its number on the wire
   */
  static Encoding encoding(int value) {
    return switch (value) {
      case retort.v1.Encoding.ENCODING_UNSPECIFIED_VALUE, retort.v1.Encoding.ENCODING_PNG_VALUE ->
          Encoding.PNG;
      case retort.v1.Encoding.ENCODING_RAW_VALUE -> Encoding.RAW;
      default ->
          throw Failures.invalid(
              "encoding is " + value + ", but 1 (PNG) or 2 (raw) is expected, or 0 for PNG");
    };
  }

  /** The plan of a stream that begins. */
  static StreamPlan plan(StreamRequest request, Generator generator) {
    retort.v1.Origin start = request.getStart();
    if (start.getBlend() != 0 || start.hasNextLabel()) {
      throw Failures.invalid(
          "start.blend and start.next_label must be absent: a stream starts on a keyframe");
    }
    double fps = fps(request.getFps());
    double speed = request.getWalk().hasSpeed() ? speed(request.getWalk().getSpeed()) : fps;
    return new StreamPlan(
        start.getSeed(),
        label("start", start, generator),
        labels(request.getWalk().getLabelsList(), generator),
        speed,
        fps,
        request.getFrameCount(),
        encoding(request.getEncodingValue()),
        waits(request.getSlowClientValue()));
  }

  /** Checks a number of frames a second. */
  static double fps(double fps) {
    if (!(fps >= StreamPlan.MIN_FPS && fps <= StreamPlan.MAX_FPS)) {
      throw Failures.invalid(
          "fps is "
              + fps
              + ", but "
              + StreamPlan.MIN_FPS
              + " to "
              + (int) StreamPlan.MAX_FPS
              + " is expected");
    }
    return fps;
  }

  /** Checks a number of keyframes a second. */
  static double speed(double speed) {
    if (!(speed >= 0 && speed <= StreamPlan.MAX_SPEED)) {
      throw Failures.invalid(
          "walk.speed is " + speed + ", but 0 to " + (int) StreamPlan.MAX_SPEED + " is expected");
    }
    return speed;
  }

  /** Checks the labels of a walk. */
  static List<Integer> labels(List<Integer> labels, Generator generator) {
    if (labels.size() > MAX_WALK_LABELS) {
      throw Failures.invalid(
          "walk.labels has "
              + labels.size()
              + " entries, but at most "
              + MAX_WALK_LABELS
              + " are expected");
    }
    for (int i = 0; i < labels.size(); i++) {
      label("walk.labels[" + i + "]", labels.get(i), generator);
    }
    return labels;
  }

  private static boolean waits(int value) {
    return switch (value) {
      case SlowClient.SLOW_CLIENT_UNSPECIFIED_VALUE, SlowClient.SLOW_CLIENT_LATEST_VALUE -> false;
      case SlowClient.SLOW_CLIENT_BLOCK_VALUE -> true;
      default ->
          throw Failures.invalid(
              "slow_client is "
                  + value
                  + ", but 1 (latest) or 2 (block) is expected, or 0 for latest");
    };
  }
}
