package retort.network.features;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import retort.graph.Tensor;

/** Layers as loops over one image {@code [C][H][W]}, written from the formulas. */
final class PlainImages {
  private PlainImages() {}

  static double[][][] of(Tensor images, int index) {
    double[][][] image = new double[images.dim(1)][images.dim(2)][images.dim(3)];
    double[] values = images.reals();
    int size = values.length / images.dim(0);
    for (int i = 0; i < size; i++) {
      image[i / (images.dim(2) * images.dim(3))][i / images.dim(3) % images.dim(2)][
              i % images.dim(3)] =
          values[index * size + i];
    }
    return image;
  }

  static double[][][] map(double[][][] x, DoubleUnaryOperator... ofChannel) {
    double[][][] y = new double[x.length][x[0].length][];
    for (int c = 0; c < x.length; c++) {
      for (int r = 0; r < x[c].length; r++) {
        y[c][r] = Arrays.stream(x[c][r]).map(ofChannel[c % ofChannel.length]).toArray();
      }
    }
    return y;
  }

  /** From [-1, 1] to colours in [0, 1], less ImageNet's means, over its deviations. */
  static double[][][] standardised(double[][][] image) {
    double[] mean = {0.485, 0.456, 0.406};
    double[] deviation = {0.229, 0.224, 0.225};
    DoubleUnaryOperator[] colours = new DoubleUnaryOperator[3];
    Arrays.setAll(colours, c -> v -> ((v + 1) / 2 - mean[c]) / deviation[c]);
    return map(image, colours);
  }

  static double[][][] relu(double[][][] x) {
    return map(x, v -> Math.max(0, v));
  }

  /** Zeros around the image; weight {@code [out, in, k, k]}. */
  static double[][][] conv(double[][][] x, double[] weight, int kernel, int stride, int pad) {
    int out = weight.length / (x.length * kernel * kernel);
    int height = (x[0].length + 2 * pad - kernel) / stride + 1;
    int width = (x[0][0].length + 2 * pad - kernel) / stride + 1;
    double[][][] y = new double[out][height][width];
    for (int i = 0; i < weight.length * height * width; i++) {
      int w = i / (height * width);
      int r = i / width % height;
      int s = i % width;
      int row = r * stride + w / kernel % kernel - pad;
      int column = s * stride + w % kernel - pad;
      int in = w / (kernel * kernel) % x.length;
      if (row >= 0 && row < x[0].length && column >= 0 && column < x[0][0].length) {
        y[w / (kernel * kernel * x.length)][r][s] += weight[w] * x[in][row][column];
      }
    }
    return y;
  }

  static double mean(double[][] channel) {
    return Arrays.stream(channel).flatMapToDouble(Arrays::stream).average().orElseThrow();
  }
}
