package retort.trainer.mixture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import retort.trainer.mixture.GaussianMixture.Moment;
import retort.trainer.mixture.GaussianMixture.Point;

/**
 * How far points are from a mixture: the largest errors over its components.
 *
 * <p>Each point counts for each component with the probability that the component made it, under
 * the mixture. For points of the mixture itself the weighted shares, means and covariances are
 * those of the components, however much these overlap.
 *
 * @param weight error of a share
 * @param mean distance between means, over the spacing of the mixture
 * @param covariance Frobenius norm of a covariance's error, over that of the covariance
 */
record MixtureFit(double weight, double mean, double covariance) {

  /**
   * Measures points.
   *
   * @param points {@code [n, 2]}
   */
  static MixtureFit of(float[] points, GaussianMixture mixture) {
    double weight = 0;
    double mean = 0;
    double covariance = 0;
    List<Moment> found = moments(points, mixture);
    for (int k = 0; k < found.size(); k++) {
      Moment is = found.get(k);
      Moment should = mixture.components().get(k).moment();
      weight = Math.max(weight, Math.abs(is.weight() - should.weight()));
      double distance =
          Math.hypot(is.mean().x() - should.mean().x(), is.mean().y() - should.mean().y());
      mean = Math.max(mean, distance / mixture.spacing());
      double error = norm(is.xx() - should.xx(), is.xy() - should.xy(), is.yy() - should.yy());
      covariance = Math.max(covariance, error / norm(should.xx(), should.xy(), should.yy()));
    }
    return new MixtureFit(weight, mean, covariance);
  }

  private static double norm(double xx, double xy, double yy) {
    return Math.sqrt(xx * xx + 2 * xy * xy + yy * yy);
  }

  private static List<Moment> moments(float[] points, GaussianMixture mixture) {
    int components = mixture.components().size();
    double[][] sums = new double[components][6];
    for (int i = 0; i < points.length; i += 2) {
      double x = points[i];
      double y = points[i + 1];
      double[] share = mixture.responsibilities(new Point(x, y));
      for (int k = 0; k < components; k++) {
        double[] terms = {1, x, y, x * x, x * y, y * y};
        for (int j = 0; j < terms.length; j++) {
          sums[k][j] += share[k] * terms[j];
        }
      }
    }
    List<Moment> moments = new ArrayList<>();
    for (double[] sum : sums) {
      double x = sum[1] / sum[0];
      double y = sum[2] / sum[0];
      moments.add(
          new Moment(
              2 * sum[0] / points.length,
              new Point(x, y),
              sum[3] / sum[0] - x * x,
              sum[4] / sum[0] - x * y,
              sum[5] / sum[0] - y * y));
    }
    return moments;
  }

  /** Whether every error is at most the one of {@code bounds}. */
  boolean within(MixtureFit bounds) {
    return weight <= bounds.weight && mean <= bounds.mean && covariance <= bounds.covariance;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "weights %.3f, means %.3f, covariances %.2f", weight, mean, covariance);
  }
}
