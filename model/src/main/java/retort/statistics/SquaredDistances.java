package retort.statistics;

/**
 * Which rows of two sets are closer than a bound: told at the cost of an inner product, and
 * exactly.
 *
 * <p>{@code |x|^2 + |y|^2 - 2 x.y} loses digits where rows are close. So it only rules out, with
 * all the rounding it can have suffered; what it does not rule out is decided by the sum of squared
 * differences, which is symmetric to the last bit and exactly 0 for equal rows.
 *
 * <p>Not safe to share between threads.
 */
final class SquaredDistances {
  private final FeatureRows here;
  private final FeatureRows there;
  private final double[] normsHere;
  private final double[] normsThere;
  private final double rounding;
  private final PairTile pairs = new PairTile();
  private final double[] tileNorms = new double[PairTile.SIDE];
  private final double[] bounds = new double[PairTile.SIDE];
  private int tileHere;
  private int tileThere;

  SquaredDistances(FeatureRows here, FeatureRows there) {
    this.here = here;
    this.there = there;
    this.normsHere = squaredNorms(here);
    this.normsThere = here == there ? normsHere : squaredNorms(there);
    this.rounding = 2.0 * (here.dimension() + 4) * Math.ulp(1.0);
  }

  private static double[] squaredNorms(FeatureRows rows) {
    double[] norms = new double[rows.count()];
    for (int row = 0; row < norms.length; row++) {
      for (int f = 0; f < rows.dimension(); f++) {
        norms[row] += (double) rows.value(row, f) * rows.value(row, f);
      }
    }
    return norms;
  }

  /** Goes to the pairs of two tiles. */
  void move(int toHere, int toThere) {
    tileHere = toHere;
    tileThere = toThere;
    pairs.compute(here, tileHere, there, tileThere);
    System.arraycopy(
        normsThere, tileThere * PairTile.SIDE, tileNorms, 0, PairTile.height(there, tileThere));
  }

  /**
   * What the squared distances of a row here to the rows there are at least; the array is good
   * until the next call.
   *
   * @param i a row of the tile here
   */
  double[] lowerBounds(int i) {
    double norm = normsHere[tileHere * PairTile.SIDE + i];
    double[] products = pairs.products(i);
    for (int j = 0; j < PairTile.SIDE; j++) {
      bounds[j] = (norm + tileNorms[j]) * (1.0 - rounding) - 2.0 * products[j];
    }
    return bounds;
  }

  /**
   * The squared distance of a pair of rows.
   *
   * @param i a row of the tile here
   * @param j a row of the tile there
   */
  double of(int i, int j) {
    int x = tileHere * PairTile.SIDE + i;
    int y = tileThere * PairTile.SIDE + j;
    double even = 0.0;
    double odd = 0.0;
    for (int f = 0; f < here.dimension(); f += 2) {
      double first = (double) here.value(x, f) - there.value(y, f);
      even += first * first;
      if (f + 1 < here.dimension()) {
        double second = (double) here.value(x, f + 1) - there.value(y, f + 1);
        odd += second * second;
      }
    }
    return even + odd;
  }
}
