package retort.network;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import retort.graph.Tensor;

/**
 * The layers of the U-Nets as loops over one image {@code [C][H][W]} in double precision, written
 * from the formulas and sharing nothing with the graphs that they are held against.
 */
final class PlainLayers {
  private final Map<String, Tensor> weights;

  PlainLayers(Map<String, Tensor> weights) {
    this.weights = weights;
  }

  boolean has(String name) {
    return weights.containsKey(name);
  }

  double[] weight(String name) {
    return Objects.requireNonNull(weights.get(name), name).reals();
  }

  /** {@code W x + b}; without b where there is no such weight. */
  double[] linear(String name, double[] x) {
    double[] w = weight(name + ".weight");
    double[] y = new double[w.length / x.length];
    for (int o = 0; o < y.length; o++) {
      y[o] = weights.containsKey(name + ".bias") ? weight(name + ".bias")[o] : 0;
      for (int i = 0; i < x.length; i++) {
        y[o] += w[o * x.length + i] * x[i];
      }
    }
    return y;
  }

  /** Adds what a linear layer makes of a condition. */
  void add(double[] emb, String name, double[] condition) {
    double[] added = linear(name, condition);
    for (int i = 0; i < emb.length; i++) {
      emb[i] += added[i];
    }
  }

  /** Stride 1, zeros around the image. */
  double[][][] conv(String name, double[][][] x, int kernel) {
    return conv(name, x, kernel, 0);
  }

  /** Stride 1, with {@code more} pixels of the result on each side than the image has. */
  double[][][] conv(String name, double[][][] x, int kernel, int more) {
    if (more > 0) {
      double[][][] bordered = new double[x.length][x[0].length + 2 * more][];
      for (int c = 0; c < x.length; c++) {
        for (int r = 0; r < bordered[c].length; r++) {
          bordered[c][r] = new double[x[0][0].length + 2 * more];
          if (r >= more && r < more + x[0].length) {
            System.arraycopy(x[c][r - more], 0, bordered[c][r], more, x[0][0].length);
          }
        }
      }
      return conv(name, bordered, kernel, 0);
    }
    double[] w = weight(name + ".weight");
    double[] b = weight(name + ".bias");
    int height = x[0].length;
    int width = x[0][0].length;
    int pad = kernel / 2;
    double[][][] y = new double[b.length][height][width];
    for (int o = 0; o < b.length; o++) {
      for (int r = 0; r < height; r++) {
        for (int c = 0; c < width; c++) {
          double sum = b[o];
          for (int i = 0; i < x.length; i++) {
            for (int kr = Math.max(0, pad - r); kr < Math.min(kernel, height + pad - r); kr++) {
              for (int kc = Math.max(0, pad - c); kc < Math.min(kernel, width + pad - c); kc++) {
                double factor = w[((o * x.length + i) * kernel + kr) * kernel + kc];
                sum += factor * x[i][r + kr - pad][c + kc - pad];
              }
            }
          }
          y[o][r][c] = sum;
        }
      }
    }
    return y;
  }

  /** At least 4 channels a group, at most 32 groups. */
  double[][][] groupNorm(String name, double[][][] x, double epsilon) {
    double[] scale = weight(name + ".weight");
    double[] shift = weight(name + ".bias");
    int size = x.length / Math.min(32, x.length / 4);
    double[][][] y = new double[x.length][][];
    for (int c = 0; c < x.length; c++) {
      double[][][] group = Arrays.copyOfRange(x, c / size * size, c / size * size + size);
      double[] all =
          Arrays.stream(group).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray();
      double mean = Arrays.stream(all).average().orElseThrow();
      double variance =
          Arrays.stream(all).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
      int channel = c;
      y[c] =
          map(
              x[c],
              v -> (v - mean) / Math.sqrt(variance + epsilon) * scale[channel] + shift[channel]);
    }
    return y;
  }

  static double[][] map(double[][] x, DoubleUnaryOperator f) {
    return Arrays.stream(x)
        .map(row -> Arrays.stream(row).map(f).toArray())
        .toArray(double[][]::new);
  }

  static double silu(double x) {
    return x / (1 + Math.exp(-x));
  }

  static double[][][] silu(double[][][] x) {
    return Arrays.stream(x).map(c -> map(c, PlainLayers::silu)).toArray(double[][][]::new);
  }

  /** One weight of the square filter, a number of float32 as in the published code. */
  private static float weight(double[] filter, int k, double sum) {
    return (float) (filter[k / filter.length] * filter[k % filter.length] / (sum * sum));
  }

  /** Every second value of the image convolved with the filter. */
  static double[][][] down(double[][][] x, double[] filter) {
    return down(x, filter, (filter.length - 1) / 2);
  }

  /** The same with {@code pad} zeros around the image. */
  static double[][][] down(double[][][] x, double[] filter, int pad) {
    double sum = Arrays.stream(filter).sum();
    int height = x[0].length;
    int width = x[0][0].length;
    int rows = (height + 2 * pad - filter.length) / 2 + 1;
    int columns = (width + 2 * pad - filter.length) / 2 + 1;
    double[][][] y = new double[x.length][rows][columns];
    for (int c = 0; c < x.length; c++) {
      for (int i = 0; i < rows * columns; i++) {
        int r = i / columns;
        int s = i % columns;
        for (int k = 0; k < filter.length * filter.length; k++) {
          int row = 2 * r + k / filter.length - pad;
          int column = 2 * s + k % filter.length - pad;
          if (row >= 0 && row < height && column >= 0 && column < width) {
            double factor = weight(filter, k, sum);
            y[c][r][s] += factor * x[c][row][column];
          }
        }
      }
    }
    return y;
  }

  /** Every value spread by the filter, two apart, four times as strong. */
  static double[][][] up(double[][][] x, double[] filter) {
    int pad = (filter.length - 1) / 2;
    double sum = Arrays.stream(filter).sum();
    int height = x[0].length;
    int width = x[0][0].length;
    double[][][] y = new double[x.length][2 * height][2 * width];
    for (int c = 0; c < x.length; c++) {
      for (int i = 0; i < height * width; i++) {
        for (int k = 0; k < filter.length * filter.length; k++) {
          int row = 2 * (i / width) + k / filter.length - pad;
          int column = 2 * (i % width) + k % filter.length - pad;
          if (row >= 0 && row < 2 * height && column >= 0 && column < 2 * width) {
            double factor = 4 * weight(filter, k, sum);
            y[c][row][column] += factor * x[c][i / width][i % width];
          }
        }
      }
    }
    return y;
  }

  /** Row {@code head * 3d + 3c + j} of {@code qkv} is channel c of q, k, v for j = 0, 1, 2. */
  static double[][][] attend(double[][][] qkv, int heads) {
    int channels = qkv.length / 3;
    int d = channels / heads;
    int height = qkv[0].length;
    int width = qkv[0][0].length;
    double[][][] y = new double[channels][height][width];
    for (int head = 0; head < heads; head++) {
      int first = head * 3 * d;
      for (int q = 0; q < height * width; q++) {
        double[] p = new double[height * width];
        double sum = 0;
        for (int k = 0; k < p.length; k++) {
          double dot = 0;
          for (int c = 0; c < d; c++) {
            dot +=
                qkv[first + 3 * c][q / width][q % width]
                    * qkv[first + 3 * c + 1][k / width][k % width];
          }
          p[k] = Math.exp(dot / Math.sqrt(d));
          sum += p[k];
        }
        for (int c = 0; c < d; c++) {
          for (int k = 0; k < p.length; k++) {
            y[head * d + c][q / width][q % width] +=
                p[k] / sum * qkv[first + 3 * c + 2][k / width][k % width];
          }
        }
      }
    }
    return y;
  }

  /** The residual block; what {@code block} says of dropout is left out. */
  double[][][] block(
      UNetBlock block, String name, double[][][] x, double[] emb, UNetBlock.Resampling mode) {
    double[] filter = block.resampleFilter().stream().mapToDouble(Double::doubleValue).toArray();
    double[][][] h = resampled(silu(groupNorm(name + ".norm0", x, block.epsilon())), filter, mode);
    h = conv(name + ".conv0", h, 3);
    int out = h.length;
    double[] p = linear(name + ".affine", emb);
    double[][][] before = h;
    if (block.adaptiveScale()) {
      h = groupNorm(name + ".norm1", h, block.epsilon());
      for (int c = 0; c < out; c++) {
        double scale = 1 + p[c];
        double shift = p[out + c];
        h[c] = map(h[c], v -> v * scale + shift);
      }
    } else {
      for (int c = 0; c < out; c++) {
        double shift = p[c];
        before[c] = map(before[c], v -> v + shift);
      }
      h = groupNorm(name + ".norm1", before, block.epsilon());
    }
    h = conv(name + ".conv1", silu(h), 3);

    double[][][] skip = resampled(x, filter, mode);
    if (weights.containsKey(name + ".skip.weight")) {
      skip = conv(name + ".skip", skip, 1);
    }
    h = scaledSum(h, skip, block.skipScale());
    if (block.heads() > 0) {
      double[][][] qkv = conv(name + ".qkv", groupNorm(name + ".norm2", h, block.epsilon()), 1);
      h = scaledSum(conv(name + ".proj", attend(qkv, block.heads()), 1), h, block.skipScale());
    }
    return h;
  }

  private static double[][][] resampled(
      double[][][] x, double[] filter, UNetBlock.Resampling mode) {
    return switch (mode) {
      case NONE -> x;
      case DOWN -> down(x, filter);
      case UP -> up(x, filter);
    };
  }

  static double[][][] scaledSum(double[][][] a, double[][][] b, double scale) {
    double[][][] y = new double[a.length][a[0].length][a[0][0].length];
    for (int c = 0; c < a.length; c++) {
      for (int r = 0; r < a[0].length; r++) {
        for (int s = 0; s < a[0][0].length; s++) {
          y[c][r][s] = (a[c][r][s] + b[c][r][s]) * scale;
        }
      }
    }
    return y;
  }
}
