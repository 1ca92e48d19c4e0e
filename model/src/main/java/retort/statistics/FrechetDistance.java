package retort.statistics;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * The Frechet distance between two Gaussians, squared, as FID uses it.
 *
 * <pre>{@code
 * |mu1 - mu2|^2 + tr(S1) + tr(S2) - 2 tr sqrt(sqrt(S1) S2 sqrt(S1))
 * }</pre>
 *
 * <p>With {@code S1 = L1 L1^T} and {@code S2 = L2 L2^T}, the eigenvalues under the last square root
 * are the squares of the singular values of {@code L1^T L2}, so the last trace is the sum of those.
 * They are computed without squaring: no eigenvalue comes out negative and needs clipping, and
 * covariances without full rank, as of fewer images than features, are exact to rounding.
 *
 * <p>Dowson and Landau, <em>The Frechet distance between multivariate normal distributions</em>,
 * 1982; Heusel et al., <em>GANs trained by a two time-scale update rule</em>, 2017.
 *
 * <p>Pure functions, safe to call from any thread. Time grows with the cube of the dimension.
 */
public final class FrechetDistance {
  /** Of two numbers that should be one, relative to the features' deviations. */
  private static final double ASYMMETRY = 1e-6;

  private FrechetDistance() {}

  /** The distance between the Gaussians with the moments of two sets of feature rows. */
  public static double between(Moments first, Moments second) {
    return between(first.mean(), first.covariance(), second.mean(), second.covariance());
  }

  /**
   * The distance between two Gaussians. It can be a few roundings below 0 when they are equal.
   *
   * @param mean1 {@code [n]}
   * @param covariance1 {@code [n, n]} row-major, symmetric
   * @param mean2 {@code [n]}
   * @param covariance2 {@code [n, n]} row-major, symmetric
   * @throws IllegalArgumentException when the sizes do not match, or a covariance is not positive
   *     semi-definite
   */
  public static double between(
      double[] mean1, double[] covariance1, double[] mean2, double[] covariance2) {
    int n = mean1.length;
    if (mean2.length != n || covariance1.length != n * n || covariance2.length != n * n) {
      throw new IllegalArgumentException(
          "means of "
              + n
              + " and "
              + mean2.length
              + " features with covariances of "
              + covariance1.length
              + " and "
              + covariance2.length
              + " entries: both sets must come from one feature network, with n and n * n entries");
    }
    double distance = 0.0;
    for (int i = 0; i < n; i++) {
      double shift = mean1[i] - mean2[i];
      distance += shift * shift + covariance1[i * n + i] + covariance2[i * n + i];
    }
    return distance - 2.0 * traceOfRoot(covariance1, covariance2, n);
  }

  private static double traceOfRoot(double[] covariance1, double[] covariance2, int n) {
    DMatrixRMaj factor1 = SymmetricFactor.of(covariance1, n, "the first set");
    DMatrixRMaj factor2 = SymmetricFactor.of(covariance2, n, "the second set");
    if (factor1.numCols == 0 || factor2.numCols == 0) {
      return 0.0;
    }
    DMatrixRMaj product = new DMatrixRMaj(factor1.numCols, factor2.numCols);
    CommonOps_DDRM.multTransA(factor1, factor2, product);
    // Their values alone, which take less than half the time that the vectors would.
    SingularValueDecomposition_F64<DMatrixRMaj> decomposition =
        DecompositionFactory_DDRM.svd(product.numRows, product.numCols, false, false, true);
    if (!decomposition.decompose(product)) {
      throw new IllegalArgumentException(
          "the covariances cannot be compared: their singular values do not converge");
    }
    double sum = 0.0;
    for (int k = 0; k < decomposition.numberOfSingularValues(); k++) {
      sum += decomposition.getSingularValues()[k];
    }
    return sum;
  }

  /**
   * Refuses a matrix that is no covariance, at the cost of a small part of a comparison.
   *
   * @param covariance {@code [n, n]} row-major
   * @throws IllegalArgumentException when it is not symmetric up to rounding in float32, or not
   *     positive semi-definite
   */
  public static void requireCovariance(double[] covariance, int n, String name) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        double scale = Math.sqrt(Math.abs(covariance[i * n + i] * covariance[j * n + j]));
        double difference = Math.abs(covariance[i * n + j] - covariance[j * n + i]);
        if (difference > ASYMMETRY * scale + Double.MIN_NORMAL) {
          throw new IllegalArgumentException(
              "the covariance of %s is not symmetric: features %d and %d have %s one way and %s the other"
                  .formatted(name, i, j, covariance[i * n + j], covariance[j * n + i]));
        }
      }
    }
    SymmetricFactor.of(covariance, n, name);
  }
}
