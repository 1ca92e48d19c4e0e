package retort.statistics;

import retort.noise.UniformDraws;

/**
 * The kernel distance KID: the unbiased squared maximum mean discrepancy between two sets of
 * feature rows under the kernel {@code k(x, y) = (x . y / dimension + 1)^3}.
 *
 * <p>Unlike the Frechet distance it has no bias with few images; it may come out below 0.
 * Bińkowski, Sutherland, Arbel and Gretton, <em>Demystifying MMD GANs</em>, 2018.
 *
 * <p>Pure functions, safe to call from any thread.
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
    return between(first, allOf(first), second, allOf(second));
  }

  /**
   * The published protocol: the mean distance of {@code subsets} pairs of subsets, each of {@code
   * subsetSize} rows drawn without replacement. Usual are 100 subsets of 1,000.
   *
   * @param seed of the draws: the same seed draws the same subsets
   * @throws IllegalArgumentException when the dimensions differ, a set has fewer rows than a
   *     subset, or fewer than two subsets are asked for
   */
  public static Estimate betweenSubsets(
      FeatureRows first, FeatureRows second, int subsets, int subsetSize, long seed) {
    if (subsets < 2) {
      throw new IllegalArgumentException(
          "subsets is " + subsets + " but at least 2 are needed for a spread: 100 is usual");
    }
    double sum = 0.0;
    double sumOfSquares = 0.0;
    double shift = 0.0;
    for (int k = 0; k < subsets; k++) {
      double distance =
          between(
              first,
              choose(first.count(), subsetSize, new UniformDraws(seed, 2 * k)),
              second,
              choose(second.count(), subsetSize, new UniformDraws(seed, 2 * k + 1)));
      shift = k == 0 ? distance : shift;
      sum += distance - shift;
      sumOfSquares += (distance - shift) * (distance - shift);
    }
    double variance = (sumOfSquares - sum * sum / subsets) / (subsets - 1);
    return new Estimate(shift + sum / subsets, Math.sqrt(Math.max(variance, 0.0)));
  }

  private static double between(FeatureRows x, int[] chosenX, FeatureRows y, int[] chosenY) {
    if (x.dimension() != y.dimension()) {
      throw new IllegalArgumentException(
          "rows of "
              + x.dimension()
              + " and of "
              + y.dimension()
              + " features cannot be compared: use one feature network for both");
    }
    return meanWithin(x, chosenX)
        + meanWithin(y, chosenY)
        - 2.0 * meanAcross(x, chosenX, y, chosenY);
  }

  private static double meanWithin(FeatureRows rows, int[] chosen) {
    if (chosen.length < 2) {
      throw new IllegalArgumentException(
          "a set has " + chosen.length + " rows but at least 2 are needed: add more images");
    }
    double sum = 0.0;
    for (int i = 0; i < chosen.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += kernel(rows, chosen[i], rows, chosen[j]);
      }
    }
    return 2.0 * sum / chosen.length / (chosen.length - 1);
  }

  private static double meanAcross(FeatureRows x, int[] chosenX, FeatureRows y, int[] chosenY) {
    double sum = 0.0;
    for (int i : chosenX) {
      for (int j : chosenY) {
        sum += kernel(x, i, y, j);
      }
    }
    return sum / chosenX.length / chosenY.length;
  }

  private static double kernel(FeatureRows x, int i, FeatureRows y, int j) {
    double base = x.dot(i, y, j) / x.dimension() + 1.0;
    return base * base * base;
  }

  private static int[] allOf(FeatureRows rows) {
    int[] all = new int[rows.count()];
    for (int i = 0; i < all.length; i++) {
      all[i] = i;
    }
    return all;
  }

  /** The first {@code size} places of a shuffled deck of {@code count} cards. */
  private static int[] choose(int count, int size, UniformDraws draws) {
    if (size > count) {
      throw new IllegalArgumentException(
          "a subset of "
              + size
              + " rows cannot be drawn from "
              + count
              + ": add images, or ask for smaller subsets");
    }
    int[] deck = new int[count];
    for (int i = 0; i < count; i++) {
      deck[i] = i;
    }
    int[] chosen = new int[size];
    for (int i = 0; i < size; i++) {
      int place = i + (int) draws.below(count - i, i);
      chosen[i] = deck[place];
      deck[place] = deck[i];
    }
    return chosen;
  }
}
