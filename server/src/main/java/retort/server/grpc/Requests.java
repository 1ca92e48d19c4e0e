package retort.server.grpc;

import java.util.ArrayList;
import java.util.List;
import retort.denoiser.ImageShape;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;
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

  /** Beyond it a float64 no longer counts frames one by one; at 240 a second, a million years. */
  static final long MAX_INDEX = 1L << 53;

  private Requests() {}

  /**
   * The origins of a request.
   *
   * @param format of the images
   * @param capacity images that the server's queue holds
   */
  static List<Origin> origins(
      GenerateRequest request, Generator generator, ImageFormat format, int capacity) {
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
    long bytes = (long) count * format.mostBytes(generator.shape());
    if (bytes > MAX_IMAGE_BYTES) {
      throw Failures.invalid(
          "origins has "
              + count
              + " entries, which make "
              + bytes
              + " bytes of images, but an answer holds at most "
              + MAX_IMAGE_BYTES
              + "; ask in several requests");
    }
    List<Origin> origins = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      origins.add(origin("origins[" + i + "]", request.getOrigins(i), generator, 0));
    }
    return origins;
  }

  private static Origin origin(
      String field, retort.v1.Origin message, Generator generator, int depth) {
    if (depth > Origin.MAX_FROM) {
      throw Failures.invalid(
          field + " is nested deeper than the " + Origin.MAX_FROM + " levels that are expected");
    }
    Origin walk = walk(field, message, generator);
    double arrival = message.getArrival();
    if (!message.hasFromOrigin()) {
      if (arrival != 0) {
        throw Failures.invalid(
            field + ".arrival is " + arrival + ", but must be absent where from_origin is");
      }
      return walk;
    }
    part(field + ".arrival", arrival);
    return walk.movingFrom(
        origin(field + ".from_origin", message.getFromOrigin(), generator, depth + 1), arrival);
  }

  private static void part(String field, double part) {
    if (!(part >= 0 && part < 1)) {
      throw Failures.invalid(field + " is " + part + ", but at least 0 and below 1 is expected");
    }
  }

  private static Origin walk(String field, retort.v1.Origin message, Generator generator) {
    double blend = message.getBlend();
    part(field + ".blend", blend);
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
      case retort.v1.Encoding.ENCODING_JPEG_VALUE -> Encoding.JPEG;
      case retort.v1.Encoding.ENCODING_WEBP_VALUE -> Encoding.WEBP;
      default ->
          throw Failures.invalid(
              "encoding is "
                  + value
                  + ", but 1 (PNG), 2 (raw), 3 (JPEG) or 4 (WebP) is expected, or 0 for PNG");
    };
  }

  /** The format of a request's images. */
  static ImageFormat format(GenerateRequest request, Generator generator) {
    return format(
        request.getEncodingValue(),
        request.getWidth(),
        request.getHeight(),
        request.getQuality(),
        generator);
  }

  /** The format that a request's fields say. */
  static ImageFormat format(int encoding, int width, int height, int quality, Generator generator) {
    requireSize(width, height, generator);
    return new ImageFormat(encoding(encoding), width, height, quality(quality));
  }

  /** Checks that an image of a size fits into a message; 0 is the model's. */
  static void requireSize(int width, int height, Generator generator) {
    atMost("width", width, ImageFormat.MAX_SIDE);
    atMost("height", height, ImageFormat.MAX_SIDE);
    ImageFormat format = new ImageFormat(Encoding.RAW, width, height, 0);
    ImageShape shape = format.carried(generator.shape());
    if (shape.elements() > MAX_IMAGE_BYTES) {
      throw Failures.invalid(
          "width is "
              + shape.width()
              + " and height "
              + shape.height()
              + ", which make "
              + shape.elements()
              + " bytes of a raw image, but at most "
              + MAX_IMAGE_BYTES
              + " are expected");
    }
  }

  /** Checks the quality of an encoding. */
  static int quality(int quality) {
    return atMost("quality", quality, ImageFormat.MAX_QUALITY);
  }

  /** Checks a number without sign. */
  static int atMost(String field, int number, int limit) {
    if (Integer.compareUnsigned(number, limit) > 0) {
      throw Failures.invalid(
          field
              + " is "
              + Integer.toUnsignedString(number)
              + ", but at most "
              + limit
              + " is expected");
    }
    return number;
  }

  /** The plan of a stream that begins. */
  static StreamPlan plan(StreamRequest request, Generator generator) {
    retort.v1.Origin start = request.getStart();
    if (start.getBlend() != 0
        || start.hasNextLabel()
        || start.hasFromOrigin()
        || start.getArrival() != 0) {
      throw Failures.invalid(
          "start.blend, start.next_label, start.from_origin and start.arrival must be absent: a stream"
              + " starts on a keyframe");
    }
    double fps = fps(request.getFps());
    double speed =
        request.getWalk().hasSpeed() ? speed("walk.speed", request.getWalk().getSpeed()) : fps;
    return new StreamPlan(
        start.getSeed(),
        label("start", start, generator),
        labels(request.getWalk().getLabelsList(), generator),
        speed,
        fps,
        request.getFrameCount(),
        format(
            request.getEncodingValue(),
            request.getWidth(),
            request.getHeight(),
            request.getQuality(),
            generator),
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
  static double speed(String field, double speed) {
    if (!(speed >= 0 && speed <= StreamPlan.MAX_SPEED)) {
      throw Failures.invalid(
          field + " is " + speed + ", but 0 to " + (int) StreamPlan.MAX_SPEED + " is expected");
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
