package retort.statistics;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The kernel distance KID: the unbiased squared maximum mean discrepancy between two sets of
 * feature rows under the kernel {@code k(x, y) = (x . y / dimension + 1)^3}.
 *
 * <p>Unlike the Frechet distance it has no bias with few images; it may come out below 0.
 * Bińkowski, Sutherland, Arbel and Gretton, <em>Demystifying MMD GANs</em>, 2018.
 *
 * <p>Pure functions, safe to call from any thread. They use several threads themselves, whose
 * number changes no bit of a result.
 */
public final class KernelDistance {

  private KernelDistance() {}

  /**
   * The mean over subsets, and how much the subsets disagree.
   *
   * @param mean mean of the subsets' distances
   * @param standardDeviation their sample standard deviation; divided by the square root of the
   *     number of subsets it is the standard error of the mean
   */
  public record Estimate(double mean, double standardDeviation) {}

  /**
   * The distance between two whole sets; time grows with the square of their sizes.
   *
   * @throws IllegalArgumentException when the dimensions differ or a set has fewer than two rows
   */
  public static double between(FeatureRows first, FeatureRows second) {
    first.requireSameFeatures(second);
    return meanWithin(first) + meanWithin(second) - 2.0 * meanAcross(first, second);
  }

  /**
   * The published protocol: the mean distance of pairs of subsets.
   *
   * @throws IllegalArgumentException when the dimensions or the numbers of subsets differ
   */
  public static Estimate between(KernelSubsets first, KernelSubsets second) {
    first.rows().requireSameFeatures(second.rows());
    int subsets = first.count();
    if (subsets != second.count()) {
      throw new IllegalArgumentException(
          "subsets are %d and %d but should be as many".formatted(subsets, second.count()));
    }
    double[] distances =
        IntStream.range(0, subsets)
            .parallel()
            .mapToDouble(
                k ->
                    first.within(k)
                        + second.within(k)
                        - 2.0 * meanAcross(first.subset(k), second.subset(k)))
            .toArray();
    double mean = Arrays.stream(distances).sum() / subsets;
    double squares = Arrays.stream(distances).map(d -> (d - mean) * (d - mean)).sum();
    return new Estimate(mean, Math.sqrt(squares / (subsets - 1)));
  }

  /** The mean of the kernel over all pairs of different rows. */
  static double meanWithin(FeatureRows rows) {
    if (rows.count() < 2) {
      throw new IllegalArgumentException(
          "a set has " + rows.count() + " rows but at least 2 are needed: add more images");
    }
    return 2.0 * sum(rows, rows, true) / rows.count() / (rows.count() - 1);
  }

  private static double meanAcross(FeatureRows x, FeatureRows y) {
    return sum(x, y, false) / x.count() / y.count();
  }

  /**
   * The kernel summed over all pairs, or over those of a row and an earlier one of the same set.
   */
  private static double sum(FeatureRows x, FeatureRows y, boolean earlier) {
    double[] sums =
        IntStream.range(0, PairTile.tiles(x))
            .parallel()
            .mapToDouble(tile -> sum(x, tile, y, earlier))
            .toArray();
    return Arrays.stream(sums).sum();
  }

  private static double sum(FeatureRows x, int tileX, FeatureRows y, boolean earlier) {
    PairTile pairs = new PairTile();
    double sum = 0.0;
    for (int tileY = 0; tileY < (earlier ? tileX + 1 : PairTile.tiles(y)); tileY++) {
      pairs.compute(x, tileX, y, tileY);
      int width = PairTile.height(y, tileY);
      for (int i = 0; i < PairTile.height(x, tileX); i++) {
        int end = earlier && tileX == tileY ? i : width;
        double[] products = pairs.products(i);
        sum += sumOfKernels(products, end, 1.0 / x.dimension());
      }
    }
    return sum;
  }

  /** Of inner products: two sums at a time, since each addition waits for the one before. */
  private static double sumOfKernels(double[] products, int count, double scale) {
    double even = 0.0;
    double odd = 0.0;
    for (int j = 0; j < count; j++) {
      double base = products[j] * scale + 1.0;
      products[j] = base * base * base;
    }
    for (int j = 0; j + 1 < count; j += 2) {
      even += products[j];
      odd += products[j + 1];
    }
    return even + odd + (count % 2 == 0 ? 0.0 : products[count - 1]);
  }
}
