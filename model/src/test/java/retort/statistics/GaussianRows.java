package retort.statistics;

import retort.noise.GaussianNoise;

/** Rows of independent normal features, for tests. */
final class GaussianRows {

  private GaussianRows() {}

  static FeatureRows of(int count, int dimension, double mean, double deviation, long seed) {
    float[] values = new GaussianNoise(seed, 0).elements(count * dimension);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (mean + deviation * values[i]);
    }
    return new FeatureRows(values, dimension);
  }

  /** Rows {@code from} (included) to {@code to} (not included). */
  static FeatureRows slice(FeatureRows rows, int from, int to) {
    float[] values = new float[(to - from) * rows.dimension()];
    for (int i = 0; i < values.length; i++) {
      values[i] = rows.value(from + i / rows.dimension(), i % rows.dimension());
    }
    return new FeatureRows(values, rows.dimension());
  }
}
