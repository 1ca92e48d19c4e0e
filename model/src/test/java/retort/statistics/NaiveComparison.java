package retort.statistics;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;

/** The definitions, written out pair by pair, for tests. */
final class NaiveComparison {
  private NaiveComparison() {}

  static double kernelDistance(FeatureRows x, FeatureRows y) {
    double n = x.count();
    double m = y.count();
    return kernelSum(x, x) / n / (n - 1)
        + kernelSum(y, y) / m / (m - 1)
        - 2 * kernelSum(x, y) / n / m;
  }

  /** Over all pairs of two rows; of one set, over those of two different ones. */
  private static double kernelSum(FeatureRows x, FeatureRows y) {
    double sum = 0;
    for (int i = 0; i < x.count(); i++) {
      for (int j = 0; j < y.count(); j++) {
        double product = 0;
        for (int f = 0; f < x.dimension(); f++) {
          product += (double) x.value(i, f) * y.value(j, f);
        }
        sum += x == y && i == j ? 0 : Math.pow(product / x.dimension() + 1, 3);
      }
    }
    return sum;
  }

  static PrecisionRecall precisionRecall(FeatureRows real, FeatureRows generated, int k) {
    return new PrecisionRecall(covered(generated, real, k), covered(real, generated, k));
  }

  private static double covered(FeatureRows rows, FeatureRows centres, int k) {
    double[] radii = new double[centres.count()];
    for (int j = 0; j < radii.length; j++) {
      double[] around = new double[radii.length];
      for (int other = 0; other < around.length; other++) {
        around[other] = distance(centres, j, centres, other);
      }
      Arrays.sort(around);
      radii[j] = around[k]; // The nearest is the centre itself.
    }
    int covered = 0;
    for (int i = 0; i < rows.count(); i++) {
      boolean inside = false;
      for (int j = 0; j < radii.length; j++) {
        inside |= distance(rows, i, centres, j) <= radii[j];
      }
      covered += inside ? 1 : 0;
    }
    return (double) covered / rows.count();
  }

  private static double distance(FeatureRows x, int i, FeatureRows y, int j) {
    double sum = 0;
    for (int f = 0; f < x.dimension(); f++) {
      double difference = (double) x.value(i, f) - y.value(j, f);
      sum += difference * difference;
    }
    return sum;
  }

  /** Does work that uses threads with so many. */
  static <T> T withThreads(int threads, Callable<T> work) throws Exception {
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      return pool.submit(work).get();
    } finally {
      pool.shutdown();
    }
  }
}
