package retort.trainer.watch;

import retort.denoiser.ImageShape;

/**
 * What can be told of the images of a {@link SampleGrid} from their grey levels.
 *
 * @param levels [n, C, H, W], 0 to 255
 * @param shape of an image
 * @param columns images of a column have one label
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record GridLevels(int[] levels, ImageShape shape, int columns) {
  /** The root mean square of the differences to other images of the same noise. */
  double distance(GridLevels other) {
    double sum = 0;
    for (int i = 0; i < levels.length; i++) {
      double difference = levels[i] - other.levels[i];
      sum += difference * difference;
    }
    return Math.sqrt(sum / levels.length);
  }

  /**
   * How far two images of one label are apart: the root mean square difference over all pairs of a
   * column, which is twice the variance.
   */
  double spread() {
    int size = shape.elements();
    int rows = levels.length / size / columns;
    double sum = 0;
    for (int at = 0; at < columns * size; at++) {
      long total = 0;
      long squares = 0;
      for (int row = 0; row < rows; row++) {
        long level = levels[row * columns * size + at];
        total += level;
        squares += level * level;
      }
      sum += (rows * squares - total * total) / (rows * (rows - 1.0));
    }
    return Math.sqrt(2 * sum / (columns * size));
  }

  /**
   * Half the mean squared difference of neighbours, relative to the variance: near 0 for smooth
   * images, 1 for white noise, 0 where all is one grey.
   */
  double roughness() {
    int width = shape.width();
    int plane = shape.height() * width;
    double sum = 0;
    double squares = 0;
    double differences = 0;
    long pairs = 0;
    for (int i = 0; i < levels.length; i++) {
      sum += levels[i];
      squares += (double) levels[i] * levels[i];
      if (i % width + 1 < width) {
        differences += square(levels[i + 1] - levels[i]);
        pairs++;
      }
      if (i % plane + width < plane) {
        differences += square(levels[i + width] - levels[i]);
        pairs++;
      }
    }
    double mean = sum / levels.length;
    double variance = squares / levels.length - mean * mean;
    return variance <= 0 || pairs == 0 ? 0 : differences / pairs / 2 / variance;
  }

  private static double square(double x) {
    return x * x;
  }
}
