package retort.trainer.evaluate;

import java.util.Arrays;
import retort.statistics.FeatureRows;

/**
 * Features of chosen images of a set, in the order of the choice, out of parts that come in turn.
 */
final class KeptRows {
  private static final int NOT_KEPT = -1;

  private final int[] places; // [image]
  private final int dimension;
  private final float[] values;

  /**
   * Makes room.
   *
   * @param count of all images
   * @param kept which of them, each at most once
   * @param beside bytes that the figures take beside these
   * @throws IllegalArgumentException when Java has not the memory
   */
  KeptRows(int count, int[] kept, int dimension, long beside) {
    long bytes = (long) kept.length * dimension * Float.BYTES;
    long memory = Runtime.getRuntime().maxMemory();
    long needed = bytes + beside;
    if (needed > memory / 4 * 3 || bytes / Float.BYTES > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "the features of %d images and their figures take %d MiB, but Java may use %d; judge fewer images, leave out kernel_distance and precision_recall (--metrics), or set JAVA_OPTS=-Xmx%dm"
              .formatted(kept.length, needed >> 20, memory >> 20, (needed >> 19) + 512));
    }
    this.places = new int[count];
    this.dimension = dimension;
    this.values = new float[kept.length * dimension];
    Arrays.fill(places, NOT_KEPT);
    for (int i = 0; i < kept.length; i++) {
      places[kept[i]] = i;
    }
  }

  /** Keeps those of the next part that are wanted. */
  void add(int first, FeatureRows part) {
    for (int i = 0; i < part.count(); i++) {
      int place = places[first + i];
      if (place != NOT_KEPT) {
        System.arraycopy(part.values(), i * dimension, values, place * dimension, dimension);
      }
    }
  }

  /** The features of the chosen images, in the order of the choice. */
  FeatureRows rows() {
    return new FeatureRows(values, dimension);
  }
}
