package retort.statistics;

import java.util.stream.IntStream;
import retort.noise.UniformDraws;

/**
 * Subsets of a set of feature rows, drawn at random for {@link KernelDistance}, and what the kernel
 * is within each. The two sides of a comparison draw independently.
 */
public final class KernelSubsets {
  private final FeatureRows rows;
  private final int size;
  private final long seed;
  private final int side;
  private final double[] within; // [subset]

  private KernelSubsets(FeatureRows rows, int size, long seed, int side, int count) {
    this.rows = rows;
    this.size = size;
    this.seed = seed;
    this.side = side;
    this.within =
        IntStream.range(0, count)
            .parallel()
            .mapToDouble(k -> KernelDistance.meanWithin(subset(k)))
            .toArray();
  }

  /**
   * Those of the first set.
   *
   * @param count of the subsets: 100 is usual
   * @param size rows of each, drawn without replacement: 1,000 is usual
   * @param seed of the draws: the same seed draws the same subsets
   * @throws IllegalArgumentException when the set has fewer rows than a subset, or fewer than two
   *     subsets or two rows are asked for
   */
  public static KernelSubsets ofFirst(FeatureRows rows, int count, int size, long seed) {
    return of(rows, count, size, seed, 0);
  }

  /** Those of the second set. */
  public static KernelSubsets ofSecond(FeatureRows rows, int count, int size, long seed) {
    return of(rows, count, size, seed, 1);
  }

  private static KernelSubsets of(FeatureRows rows, int count, int size, long seed, int side) {
    if (count < 2) {
      throw new IllegalArgumentException(
          "subsets is " + count + " but at least 2 are needed for a spread: 100 is usual");
    }
    if (size > rows.count()) {
      throw new IllegalArgumentException(
          "a subset of "
              + size
              + " rows cannot be drawn from "
              + rows.count()
              + ": add images, or ask for smaller subsets");
    }
    return new KernelSubsets(rows, size, seed, side, count);
  }

  /** How many rows a subset has. */
  public int size() {
    return size;
  }

  FeatureRows rows() {
    return rows;
  }

  int count() {
    return within.length;
  }

  /** The mean of the kernel over the pairs of different rows of a subset. */
  double within(int k) {
    return within[k];
  }

  /** The rows of a subset. */
  FeatureRows subset(int k) {
    return rows.rows(RowDraw.of(rows.count(), size, new UniformDraws(seed, 2 * k + side)));
  }
}
