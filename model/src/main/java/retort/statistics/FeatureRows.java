package retort.statistics;

/**
 * Features of a set of images: one row of float32 numbers an image.
 *
 * <p>Compares by identity. The array is not copied and must not be changed afterwards; then it is
 * safe to share between threads.
 */
public final class FeatureRows {

  private final float[] values;
  private final int dimension;

  /**
   * Rows over an array.
   *
   * @param values {@code [count, dimension]} row-major
   * @param dimension the length of a row
   * @throws IllegalArgumentException when {@code values} is no whole number of rows
   */
  public FeatureRows(float[] values, int dimension) {
    if (dimension < 1) {
      throw new IllegalArgumentException(
          "feature dimension is " + dimension + " but a row has at least 1 feature");
    }
    if (values.length % dimension != 0) {
      throw new IllegalArgumentException(
          values.length + " values are no whole number of rows of " + dimension + " features");
    }
    this.values = values;
    this.dimension = dimension;
  }

  /** The number of images. */
  public int count() {
    return values.length / dimension;
  }

  /** The length of a row. */
  public int dimension() {
    return dimension;
  }

  /** Feature {@code column} of image {@code row}. */
  public float value(int row, int column) {
    return values[row * dimension + column];
  }

  /** The rows of these numbers, in this order, copied. */
  public FeatureRows rows(int... chosen) {
    float[] copied = new float[Math.multiplyExact(chosen.length, dimension)];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(values, chosen[i] * dimension, copied, i * dimension, dimension);
    }
    return new FeatureRows(copied, dimension);
  }

  /** All rows, {@code [count, dimension]} row-major, not copied. */
  public float[] values() {
    return values;
  }

  /** Refuses to compare with rows of another network. */
  void requireSameFeatures(FeatureRows other) {
    if (dimension != other.dimension) {
      throw new IllegalArgumentException(
          "rows of "
              + dimension
              + " and of "
              + other.dimension
              + " features cannot be compared: use one feature network for both");
    }
  }
}
