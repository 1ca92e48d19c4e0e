package retort.trainer.data;

import java.util.List;
import retort.denoiser.ImageShape;

/**
 * The warp of a batch in the steps and the words of its authors, float64 and without care for
 * speed: one 3 x 3 matrix an image, zeros inserted, whole convolutions, a grid from -1 to 1.
 */
final class PublishedWarp {

  /** sym6, as tables of wavelets list it. */
  private static final double[] SYM6 = {
    0.015404109327027373,
    0.0034907120842174702,
    -0.11799011114819057,
    -0.048311742585633,
    0.4910559419267466,
    0.787641141030194,
    0.3379294217276218,
    -0.07263752278646252,
    -0.021060292512300564,
    0.04472490177066578,
    0.0017677118642428036,
    -0.007800708325034148
  };

  private static final int CROP = 3;

  private PublishedWarp() {}

  static double[][] turn(double angle) {
    double c = Math.cos(angle);
    double s = Math.sin(angle);
    return new double[][] {{c, -s, 0}, {s, c, 0}, {0, 0, 1}};
  }

  static double[][] scale(double x, double y) {
    return new double[][] {{x, 0, 0}, {0, y, 0}, {0, 0, 1}};
  }

  static double[][] shift(double x, double y) {
    return new double[][] {{1, 0, x}, {0, 1, y}, {0, 0, 1}};
  }

  /** The product of matrices, the first on the left. */
  static double[][] product(double[][]... matrices) {
    double[][] result = scale(1, 1);
    for (double[][] matrix : matrices) {
      double[][] left = result;
      result = new double[3][3];
      for (int i = 0; i < 9; i++) {
        for (int k = 0; k < 3; k++) {
          result[i / 3][i % 3] += left[i / 3][k] * matrix[k][i % 3];
        }
      }
    }
    return result;
  }

  /** Warps one plane of each image; {@code inverses} are in pixels from the centre, y down. */
  static double[][][] of(List<double[][]> planes, List<double[][]> inverses, ImageShape shape) {
    double cx = (shape.width() - 1) / 2.0;
    double cy = (shape.height() - 1) / 2.0;
    double[] margin = new double[4]; // x0, y0, x1, y1
    for (double[][] inverse : inverses) {
      for (double[] corner : new double[][] {{-cx, -cy}, {cx, -cy}, {cx, cy}, {-cx, cy}}) {
        double x = inverse[0][0] * corner[0] + inverse[0][1] * corner[1] + inverse[0][2];
        double y = inverse[1][0] * corner[0] + inverse[1][1] * corner[1] + inverse[1][2];
        margin[0] = Math.max(margin[0], -x + 2 * CROP - cx);
        margin[1] = Math.max(margin[1], -y + 2 * CROP - cy);
        margin[2] = Math.max(margin[2], x + 2 * CROP - cx);
        margin[3] = Math.max(margin[3], y + 2 * CROP - cy);
      }
    }
    int[] pad = new int[4];
    for (int i = 0; i < 4; i++) {
      int side = i % 2 == 0 ? shape.width() : shape.height();
      pad[i] = (int) Math.ceil(Math.min(margin[i], side - 1));
    }
    double[][][] results = new double[planes.size()][][];
    for (int i = 0; i < results.length; i++) {
      results[i] = warp(planes.get(i), inverses.get(i), pad, shape);
    }
    return results;
  }

  private static double[][] warp(double[][] plane, double[][] inverse, int[] pad, ImageShape s) {
    double[][] padded = new double[s.height() + pad[1] + pad[3]][s.width() + pad[0] + pad[2]];
    for (int y = 0; y < padded.length; y++) {
      for (int x = 0; x < padded[0].length; x++) {
        padded[y][x] = plane[reflect(y - pad[1], s.height())][reflect(x - pad[0], s.width())];
      }
    }
    double[][] fine = transposed(doubled(transposed(doubled(padded))));
    int width = 2 * (s.width() + 2 * CROP);
    int height = 2 * (s.height() + 2 * CROP);
    double[][] grid =
        product(
            scale(2.0 / fine[0].length, 2.0 / fine.length),
            shift(-0.5, -0.5),
            scale(2, 2),
            shift((pad[0] - pad[2]) / 2.0, (pad[1] - pad[3]) / 2.0),
            inverse,
            scale(0.5, 0.5),
            shift(0.5, 0.5),
            scale(width / 2.0, height / 2.0));
    double[][] sampled = new double[height][width];
    for (int v = 0; v < height; v++) {
      for (int u = 0; u < width; u++) {
        double x = (2 * u + 1.0) / width - 1;
        double y = (2 * v + 1.0) / height - 1;
        sampled[v][u] =
            bilinear(
                fine,
                grid[0][0] * x + grid[0][1] * y + grid[0][2],
                grid[1][0] * x + grid[1][1] * y + grid[1][2]);
      }
    }
    return transposed(halved(transposed(halved(sampled))));
  }

  private static int reflect(int i, int side) {
    int folded = Math.abs(i);
    return folded < side ? folded : 2 * (side - 1) - folded;
  }

  /** A sample at a place of the grid from -1 to 1, whose ends are the outer edges of pixels. */
  private static double bilinear(double[][] image, double gridX, double gridY) {
    double x = ((gridX + 1) * image[0].length - 1) / 2;
    double y = ((gridY + 1) * image.length - 1) / 2;
    double sum = 0;
    for (int row = (int) Math.floor(y); row <= Math.floor(y) + 1; row++) {
      for (int column = (int) Math.floor(x); column <= Math.floor(x) + 1; column++) {
        boolean inside = row >= 0 && column >= 0 && row < image.length && column < image[0].length;
        double weight = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
        sum += inside ? weight * image[row][column] : 0;
      }
    }
    return sum;
  }

  /** Rows with a zero after each value but the last, 6 around, under the filter reversed. */
  private static double[][] doubled(double[][] rows) {
    double[][] result = new double[rows.length][2 * rows[0].length];
    for (int y = 0; y < rows.length; y++) {
      for (int x = 0; x < result[0].length; x++) {
        for (int tap = 0; tap < SYM6.length; tap++) {
          int at = x + tap - 6;
          if (at >= 0 && at % 2 == 0 && at / 2 < rows[0].length) {
            result[y][x] += SYM6[SYM6.length - 1 - tap] * rows[y][at / 2];
          }
        }
      }
    }
    return result;
  }

  /** Every second value of rows, 5 zeros around, under the filter; three cropped at each end. */
  private static double[][] halved(double[][] rows) {
    double[][] result = new double[rows.length][rows[0].length / 2 - 2 * CROP];
    for (int y = 0; y < rows.length; y++) {
      for (int x = 0; x < result[0].length; x++) {
        for (int tap = 0; tap < SYM6.length; tap++) {
          int at = 2 * (x + CROP) + tap - 5;
          result[y][x] += at >= 0 && at < rows[0].length ? SYM6[tap] * rows[y][at] : 0;
        }
      }
    }
    return result;
  }

  private static double[][] transposed(double[][] rows) {
    double[][] result = new double[rows[0].length][rows.length];
    for (int y = 0; y < rows.length; y++) {
      for (int x = 0; x < rows[0].length; x++) {
        result[x][y] = rows[y][x];
      }
    }
    return result;
  }
}
