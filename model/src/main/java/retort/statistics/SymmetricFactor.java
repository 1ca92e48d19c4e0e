package retort.statistics;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/**
 * A tall factor L of a covariance, {@code covariance = L L^T}, with as many columns as its rank.
 *
 * <p>Cholesky's method with the largest remaining diagonal entry as pivot, ended when all that
 * remains is rounding: of each feature's own variance, so that features of small scale count like
 * the others. Unlike a plain square root it neither fails nor invents noise when fewer images than
 * features were counted. Higham, <em>Accuracy and stability of numerical algorithms</em>, 2002,
 * section 10.3.
 */
final class SymmetricFactor {

  private static final double ROUNDING = Math.ulp(1.0);

  private SymmetricFactor() {}

  /**
   * The factor, {@code [n, rank]}.
   *
   * @param name what the covariance belongs to, for errors
   * @throws IllegalArgumentException when the covariance is not positive semi-definite
   */
  static DMatrixRMaj of(double[] covariance, int n, String name) {
    double[] remaining = diagonal(covariance, n);
    double largest = largest(remaining);
    double[] negligible = new double[n];
    Arrays.setAll(negligible, i -> n * ROUNDING * remaining[i]);
    double[][] columns = new double[n][];
    boolean[] used = new boolean[n];
    int rank = 0;
    while (rank < n) {
      int pivot = largestUnused(remaining, negligible, used);
      if (pivot < 0) {
        break;
      }
      columns[rank] = column(covariance, n, pivot, columns, rank, Math.sqrt(remaining[pivot]));
      clear(columns[rank], used);
      used[pivot] = true;
      for (int i = 0; i < n; i++) {
        remaining[i] -= columns[rank][i] * columns[rank][i];
      }
      rank++;
    }
    requireSemiDefinite(remaining, used, Math.sqrt(ROUNDING) * largest, name);
    DMatrixRMaj factor = new DMatrixRMaj(n, rank);
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < rank; k++) {
        factor.set(i, k, columns[k][i]);
      }
    }
    return factor;
  }

  private static double[] column(
      double[] covariance, int n, int pivot, double[][] columns, int rank, double root) {
    double[] column = new double[n];
    System.arraycopy(covariance, pivot * n, column, 0, n);
    for (int k = 0; k < rank; k++) {
      double[] earlier = columns[k];
      double factor = earlier[pivot];
      for (int i = 0; i < n; i++) {
        column[i] -= factor * earlier[i];
      }
    }
    for (int i = 0; i < n; i++) {
      column[i] /= root;
    }
    return column;
  }

  /**
   * What a factor has at earlier pivots is 0; rounding there, over a small root, would be large.
   */
  private static void clear(double[] column, boolean... used) {
    for (int i = 0; i < column.length; i++) {
      column[i] = used[i] ? 0.0 : column[i];
    }
  }

  private static double[] diagonal(double[] covariance, int n) {
    double[] diagonal = new double[n];
    for (int i = 0; i < n; i++) {
      diagonal[i] = covariance[i * n + i];
    }
    return diagonal;
  }

  private static double largest(double[] values) {
    double largest = 0.0;
    for (double value : values) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  /** The feature with the most that is not negligible, or -1. */
  private static int largestUnused(double[] remaining, double[] negligible, boolean[] used) {
    int best = -1;
    for (int i = 0; i < remaining.length; i++) {
      boolean counts = !used[i] && remaining[i] > 0.0 && remaining[i] > negligible[i];
      if (counts && (best < 0 || remaining[i] > remaining[best])) {
        best = i;
      }
    }
    return best;
  }

  private static void requireSemiDefinite(
      double[] remaining, boolean[] used, double tolerance, String name) {
    for (int i = 0; i < remaining.length; i++) {
      if (!used[i] && !(remaining[i] >= -tolerance)) {
        throw new IllegalArgumentException(
            "the covariance of "
                + name
                + " is not positive semi-definite: feature "
                + i
                + " is left with the variance "
                + remaining[i]
                + ". It is no covariance, or holds numbers that are not finite");
      }
    }
  }
}
