package retort.statistics;

import java.util.Arrays;

/**
 * The inner products, in float64, of all pairs of a few rows here and a few rows there.
 *
 * <p>Comparing two whole sets is done tile by tile, so that both tiles stay in the cache. The inner
 * loop runs along the rows there, which are turned over first: its sums do not depend on each
 * other, so the compiler has several computed at a time (three times faster than from one flat
 * array, where it cannot tell that they are apart). A product depends on its two rows alone, not on
 * where they lie.
 *
 * <p>Not safe to share between threads.
 */
final class PairTile {
  /** Rows of a tile, here and there. */
  static final int SIDE = 128;

  private static final int FEATURES = 64;

  private final double[][] products = new double[SIDE][SIDE];
  private final double[][] turned = new double[FEATURES][SIDE]; // [feature][row there]

  /** The number of tiles over a set. */
  static int tiles(FeatureRows rows) {
    return (rows.count() + SIDE - 1) / SIDE;
  }

  /** How many rows a tile has: {@link #SIDE}, or fewer at the end. */
  static int height(FeatureRows rows, int tile) {
    return Math.min(SIDE, rows.count() - tile * SIDE);
  }

  /** The inner products of a row here, by its place in the tile, with the rows there. */
  double[] products(int here) {
    return products[here];
  }

  /** Computes those of a tile of rows here and a tile of rows there. */
  void compute(FeatureRows x, int tileX, FeatureRows y, int tileY) {
    int height = height(x, tileX);
    for (int here = 0; here < height; here++) {
      Arrays.fill(products[here], 0.0);
    }
    for (int first = 0; first < x.dimension(); first += FEATURES) {
      int end = Math.min(x.dimension(), first + FEATURES);
      turn(y, tileY, first, end);
      for (int f = first; f < end; f += 4) {
        int from = f - first;
        for (int here = 0; here < height; here++) {
          int row = tileX * SIDE + here;
          add(
              products[here],
              turned[from],
              x.value(row, f),
              turned[from + 1],
              f + 1 < end ? x.value(row, f + 1) : 0,
              turned[from + 2],
              f + 2 < end ? x.value(row, f + 2) : 0,
              turned[from + 3],
              f + 3 < end ? x.value(row, f + 3) : 0);
        }
      }
    }
  }

  private static void add(
      double[] sums,
      double[] p,
      double a,
      double[] q,
      double b,
      double[] r,
      double c,
      double[] s,
      double d) {
    for (int j = 0; j < SIDE; j++) {
      sums[j] += a * p[j] + b * q[j] + c * r[j] + d * s[j];
    }
  }

  /** Turns features of a tile over, with zeros up to a multiple of four features. */
  private void turn(FeatureRows y, int tile, int first, int end) {
    int height = height(y, tile);
    for (int there = 0; there < height; there++) {
      int row = tile * SIDE + there;
      for (int f = first; f < end; f++) {
        turned[f - first][there] = y.value(row, f);
      }
    }
    for (int f = end; f % 4 != 0; f++) {
      Arrays.fill(turned[f - first], 0.0);
    }
  }
}
