package retort.statistics;

/**
 * Count, mean and covariance of feature rows, in float64, mergeable.
 *
 * <p>Rows are condensed block by block and the blocks merged, in any order and any grouping: the
 * result is the same up to rounding, because a block keeps its mean and the sum of products about
 * that mean instead of raw sums. A block of some hundred rows is a good size; one merge costs
 * {@code dimension^2} operations and memory.
 *
 * <p>Chan, Golub and LeVeque, <em>Updating formulae and a pairwise algorithm for computing sample
 * variances</em>, 1979.
 *
 * <p>Immutable, compares by identity, safe to share between threads.
 */
public final class Moments {

  private static final int TILE_ROWS = 32;

  private final long count;
  private final double[] mean;

  /** Sum over rows of (row - mean)(row - mean)^T, [dimension, dimension], both triangles. */
  private final double[] scatter;

  private Moments(long count, double[] mean, double[] scatter) {
    this.count = count;
    this.mean = mean;
    this.scatter = scatter;
  }

  /** The moments of no rows at all: what merging starts from. */
  public static Moments empty(int dimension) {
    return new Moments(
        0, new double[dimension], new double[Math.multiplyExact(dimension, dimension)]);
  }

  /** The moments of a block of rows. */
  public static Moments of(FeatureRows rows) {
    Moments empty = empty(rows.dimension());
    if (rows.count() == 0) {
      return empty;
    }
    addMean(rows, empty.mean);
    addScatter(rows, empty.mean, empty.scatter);
    return new Moments(rows.count(), empty.mean, empty.scatter);
  }

  /**
   * Moments that were computed elsewhere.
   *
   * @param mean the mean row, {@code [dimension]}
   * @param covariance unbiased, {@code [dimension, dimension]}
   * @param count how many rows they come from, at least 2
   * @throws IllegalArgumentException when the sizes do not fit
   */
  public static Moments of(double[] mean, double[] covariance, long count) {
    if (count < 2 || covariance.length != mean.length * mean.length) {
      throw new IllegalArgumentException(
          "moments of "
              + count
              + " rows with a mean of "
              + mean.length
              + " and a covariance of "
              + covariance.length
              + " numbers do not fit: at least 2 rows and F * F numbers are expected");
    }
    double[] scatter = covariance.clone();
    for (int i = 0; i < scatter.length; i++) {
      scatter[i] *= count - 1;
    }
    return new Moments(count, mean.clone(), scatter);
  }

  /**
   * The moments of these rows and the others together.
   *
   * @throws IllegalArgumentException when the dimensions differ
   */
  public Moments merge(Moments other) {
    if (dimension() != other.dimension()) {
      throw new IllegalArgumentException(
          "moments of "
              + dimension()
              + " and of "
              + other.dimension()
              + " features cannot be merged: use one feature network for both");
    }
    if (count == 0 || other.count == 0) {
      return count == 0 ? other : this;
    }
    long total = Math.addExact(count, other.count);
    double otherShare = (double) other.count / total;
    double between = count * otherShare;
    int n = dimension();
    double[] shift = new double[n];
    double[] mergedMean = new double[n];
    for (int i = 0; i < n; i++) {
      shift[i] = other.mean[i] - mean[i];
      mergedMean[i] = mean[i] + otherShare * shift[i];
    }
    double[] mergedScatter = new double[scatter.length];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        int k = i * n + j;
        mergedScatter[k] = scatter[k] + other.scatter[k] + between * (shift[i] * shift[j]);
      }
    }
    return new Moments(total, mergedMean, mergedScatter);
  }

  /** How many rows went in. */
  public long count() {
    return count;
  }

  /** How many features a row has. */
  public int dimension() {
    return mean.length;
  }

  /** The mean row, {@code [dimension]}, a new array. */
  public double[] mean() {
    return mean.clone();
  }

  /**
   * The unbiased covariance, {@code [dimension, dimension]}, divided by {@code count - 1}; a new
   * array, exactly symmetric.
   *
   * @throws IllegalStateException when there are fewer than two rows
   */
  public double[] covariance() {
    if (count < 2) {
      throw new IllegalStateException(
          "a covariance needs at least 2 rows but there are " + count + ": add more images");
    }
    double[] covariance = new double[scatter.length];
    for (int k = 0; k < scatter.length; k++) {
      covariance[k] = scatter[k] / (count - 1);
    }
    return covariance;
  }

  private static void addMean(FeatureRows rows, double[] mean) {
    for (int row = 0; row < rows.count(); row++) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += rows.value(row, i);
      }
    }
    for (int i = 0; i < mean.length; i++) {
      mean[i] /= rows.count();
    }
  }

  private static void addScatter(FeatureRows rows, double[] mean, double[] scatter) {
    int n = mean.length;
    double[] tile = new double[TILE_ROWS * n];
    for (int first = 0; first < rows.count(); first += TILE_ROWS) {
      int height = Math.min(TILE_ROWS, rows.count() - first);
      for (int row = 0; row < height; row++) {
        for (int i = 0; i < n; i++) {
          tile[row * n + i] = rows.value(first + row, i) - mean[i];
        }
      }
      addUpperProducts(tile, height, n, scatter);
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        scatter[i * n + j] = scatter[j * n + i];
      }
    }
  }

  /** Adds the upper triangle of the tile's products, a few rows at a time to stay in the cache. */
  private static void addUpperProducts(double[] tile, int height, int n, double[] scatter) {
    for (int i = 0; i < n; i++) {
      for (int row = 0; row < height; row++) {
        int start = row * n;
        double left = tile[start + i];
        for (int j = i; j < n; j++) {
          scatter[i * n + j] += left * tile[start + j];
        }
      }
    }
  }
}
