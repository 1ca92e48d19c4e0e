package retort.statistics;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;

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
    double sum = 0.0;
    for (double singularValue : SingularOps_DDRM.singularValues(product)) {
      sum += singularValue;
    }
    return sum;
  }
}
