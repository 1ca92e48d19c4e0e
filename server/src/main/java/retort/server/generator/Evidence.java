package retort.server.generator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import retort.denoiser.ImageShape;
import retort.denoiser.ReferenceSamples;

/**
 * What a network must show before it is served: that it makes the images its file says it makes.
 */
final class Evidence {
  /** Processors round differently, so that a value at the edge of a grey level may cross it. */
  private static final int TOLERANCE = 1;

  private Evidence() {}

  /**
   * Makes the reference samples again.
   *
   * @throws GeneratorException when an image differs
   */
  static void replay(OnnxSession session, ReferenceSamples samples) {
    ImageShape shape = session.signature().shape();
    float[] expected = samples.images().floats();
    byte[] pixels = new byte[shape.elements()];
    try (OnnxLane lane = new OnnxLane(session, 1)) {
      for (int i = 0; i < samples.seeds().size(); i++) {
        Origin origin = origin(samples, i, session.signature().labels());
        lane.set(0, origin);
        lane.run(1);
        lane.read(0, pixels);
        int worst = difference(expected, i * shape.elements(), pixels, shape);
        if (worst > TOLERANCE) {
          throw new GeneratorException(
              "reference sample "
                  + i
                  + " (seed "
                  + Long.toUnsignedString(origin.seed())
                  + ") comes out up to "
                  + worst
                  + " grey levels away from what the file says, where "
                  + TOLERANCE
                  + " is allowed; the file was changed after its export, or this runtime computes"
                  + " wrongly. Export it again");
        }
      }
    }
  }

  private static Origin origin(ReferenceSamples samples, int i, int labels) {
    int label = samples.labels().isEmpty() ? Origin.NO_LABEL : samples.labels().get(i);
    if (label >= labels) {
      throw new GeneratorException(
          "reference sample "
              + i
              + " has label "
              + label
              + ", but the network has "
              + labels
              + " labels; export it again");
    }
    return Origin.of(samples.seeds().get(i), label);
  }

  /** The largest difference between planes of values and interleaved grey levels. */
  private static int difference(float[] expected, int from, byte[] pixels, ImageShape shape) {
    int plane = shape.height() * shape.width();
    int worst = 0;
    for (int channel = 0; channel < shape.channels(); channel++) {
      for (int i = 0; i < plane; i++) {
        int level = GreyLevel.of(expected[from + channel * plane + i]);
        int made = Byte.toUnsignedInt(pixels[i * shape.channels() + channel]);
        worst = Math.max(worst, Math.abs(level - made));
      }
    }
    return worst;
  }

  /**
   * The largest batch in which every image has the bytes it has alone: {@code wanted}, or 1 where
   * it or a power of two below it shows a difference.
   */
  static int deterministicBatch(OnnxSession session, int wanted) {
    if (wanted == 1) {
      return 1;
    }
    int labels = session.signature().labels();
    List<byte[]> alone = images(session, wanted);
    try (OnnxLane lane = new OnnxLane(session, wanted)) {
      for (int i = 0; i < wanted; i++) {
        lane.set(i, probe(i, labels));
      }
      int n = 1;
      while (n < wanted) {
        n = Math.min(2 * n, wanted);
        lane.run(n);
        for (int i = 0; i < n; i++) {
          if (!Arrays.equals(alone.get(i), read(session, lane, i))) {
            return 1;
          }
        }
      }
    }
    return wanted;
  }

  /** The first images that sessions are compared by, each made alone. */
  static List<byte[]> images(OnnxSession session, int count) {
    List<byte[]> images = new ArrayList<>();
    try (OnnxLane lane = new OnnxLane(session, 1)) {
      for (int i = 0; i < count; i++) {
        lane.set(0, probe(i, session.signature().labels()));
        lane.run(1);
        images.add(read(session, lane, 0));
      }
    }
    return images;
  }

  /** Whether two lists hold the same bytes. */
  static boolean same(List<byte[]> images, List<byte[]> others) {
    return Arrays.deepEquals(images.toArray(), others.toArray());
  }

  private static Origin probe(int seed, int labels) {
    return Origin.of(seed, labels == 0 ? Origin.NO_LABEL : seed % labels);
  }

  private static byte[] read(OnnxSession session, Lane lane, int slot) {
    byte[] pixels = new byte[session.signature().shape().elements()];
    lane.read(slot, pixels);
    return pixels;
  }
}
