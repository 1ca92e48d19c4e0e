package retort.network;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import retort.graph.DataType;
import retort.graph.Tensor;

/**
 * EDM2 as loops over one image {@code [C][H][W]} in double precision, written from the formulas.
 * Its filters are brought to unit magnitude once, before anything is computed with them.
 */
final class PlainEdm2UNet {
  private final Edm2UNet config;
  private final Map<String, Tensor> weights;
  private final PlainLayers layers;

  /** A network with the weights of a denoiser's graph. */
  PlainEdm2UNet(Edm2UNet config, Map<String, Tensor> weights) {
    this.config = config;
    this.weights = weights;
    Map<String, Tensor> scaled = new HashMap<>();
    weights.forEach(
        (name, weight) -> {
          if (name.endsWith(".weight")) {
            scaled.put(name, scaled(weight, gain(name)));
            scaled.put(
                name.replace(".weight", ".bias"),
                Tensor.floats(new int[] {weight.dim(0)}, new float[weight.dim(0)]));
          }
        });
    layers = new PlainLayers(scaled);
  }

  private double gain(String name) {
    Tensor gain =
        name.equals("unet.out_conv.weight")
            ? weights.get("unet.out_gain")
            : weights.get(name.replace("emb_linear.weight", "emb_gain"));
    return gain == null || gain.rank() > 0 ? 1 : gain.reals()[0];
  }

  private static Tensor scaled(Tensor weight, double gain) {
    double[] w = weight.reals().clone();
    int n = w.length / weight.dim(0);
    for (int first = 0; first < w.length; first += n) {
      double[] filter = Arrays.copyOfRange(w, first, first + n);
      double rms = Math.sqrt(Arrays.stream(filter).map(v -> v * v).sum() / n);
      for (int i = 0; i < n; i++) {
        w[first + i] = filter[i] / (1e-4 + rms) * gain / Math.sqrt(n);
      }
    }
    return Tensor.reals(DataType.FLOAT32, weight.shape(), w);
  }

  private double[] fourier(String name, double x) {
    double[] frequencies = Objects.requireNonNull(weights.get(name + ".freqs")).reals();
    double[] phases = Objects.requireNonNull(weights.get(name + ".phases")).reals();
    double[] y = new double[phases.length];
    Arrays.setAll(y, i -> Math.sqrt(2) * Math.cos(x * frequencies[i] + phases[i]));
    return y;
  }

  double logVariance(double sigma) {
    return layers.linear("logvar_linear", fourier("logvar_fourier", Math.log(sigma) / 4))[0];
  }

  double[][][] denoised(double sigmaData, double[][][] noisy, double sigma, double[] label) {
    double variance = sigma * sigma + sigmaData * sigmaData;
    double[][][] in = map(noisy, v -> v / Math.sqrt(variance));
    double[][][] f = network(in, Math.log(sigma) / 4, label);
    double cSkip = sigmaData * sigmaData / variance;
    double cOut = sigma * sigmaData / Math.sqrt(variance);
    return combined(noisy, f, (y, out) -> cSkip * y + cOut * out);
  }

  private double[][][] network(double[][][] image, double noise, double[] label) {
    double[] emb = layers.linear("unet.emb_noise", fourier("unet.emb_fourier", noise));
    if (label.length > 0) {
      double[] scaled = Arrays.stream(label).map(v -> v * Math.sqrt(label.length)).toArray();
      double[] encoded = layers.linear("unet.emb_label", scaled);
      double t = config.labelBalance();
      double[] noiseOnly = emb;
      Arrays.setAll(emb, i -> sum(noiseOnly[i], encoded[i], t));
    }
    double[] embedding = Arrays.stream(emb).map(v -> PlainLayers.silu(v) / 0.596).toArray();

    double[][][] h = Arrays.copyOf(image, image.length + 1);
    h[image.length] = map(image, v -> 1)[0];
    Deque<double[][][]> skips = new ArrayDeque<>();
    int levels = config.widths().size();
    for (int level = 0; level < levels; level++) {
      String at = at("enc", level);
      if (level == 0) {
        h = layers.conv(at + "conv", h, 3);
      } else {
        h = encoder(at + "down", PlainLayers.down(h, filter()), embedding);
      }
      skips.push(h);
      for (int i = 0; i < config.numBlocks(); i++) {
        h = encoder(at + "block" + i, h, embedding);
        skips.push(h);
      }
    }
    for (int level = levels - 1; level >= 0; level--) {
      String at = at("dec", level);
      if (level == levels - 1) {
        h = decoder(at + "in1", decoder(at + "in0", h, embedding), embedding);
      } else {
        h = decoder(at + "up", PlainLayers.up(h, filter()), embedding);
      }
      for (int i = 0; i <= config.numBlocks(); i++) {
        h = decoder(at + "block" + i, joined(h, skips.pop()), embedding);
      }
    }
    return layers.conv("unet.out_conv", h, 3);
  }

  private String at(String side, int level) {
    int size = config.resolution() >> level;
    return "unet." + side + "." + size + "x" + size + "_";
  }

  private double[] filter() {
    return config.block().resampleFilter().stream().mapToDouble(Double::doubleValue).toArray();
  }

  private double[][][] joined(double[][][] a, double[][][] b) {
    double t = config.concatBalance();
    double scale = Math.sqrt((a.length + b.length) / ((1 - t) * (1 - t) + t * t));
    double[][][] both = Arrays.copyOf(a, a.length + b.length);
    for (int i = 0; i < both.length; i++) {
      double factor =
          i < a.length ? (1 - t) / Math.sqrt(a.length) * scale : t / Math.sqrt(b.length) * scale;
      both[i] = PlainLayers.map(i < a.length ? a[i] : b[i - a.length], v -> v * factor);
    }
    return both;
  }

  private double[][][] encoder(String name, double[][][] input, double[] emb) {
    double[][][] x = normalized(skip(name, input), 1, 1);
    return rest(name, x, residual(name, x, emb));
  }

  private double[][][] decoder(String name, double[][][] input, double[] emb) {
    return rest(name, skip(name, input), residual(name, input, emb));
  }

  private double[][][] skip(String name, double[][][] x) {
    boolean projected = weights.containsKey(name + ".conv_skip.weight");
    return projected ? layers.conv(name + ".conv_skip", x, 1) : x;
  }

  private double[][][] residual(String name, double[][][] x, double[] emb) {
    double[][][] y = layers.conv(name + ".conv_res0", silu(x), 3);
    double[] c = layers.linear(name + ".emb_linear", emb);
    for (int i = 0; i < y.length; i++) {
      double scale = c[i] + 1;
      y[i] = PlainLayers.map(y[i], v -> v * scale);
    }
    return layers.conv(name + ".conv_res1", silu(y), 3);
  }

  private double[][][] rest(String name, double[][][] x, double[][][] residual) {
    Edm2Block block = config.block();
    double[][][] y = combined(x, residual, (a, b) -> sum(a, b, block.resBalance()));
    if (weights.containsKey(name + ".attn_qkv.weight")) {
      int heads = y.length / block.channelsPerHead();
      double[][][] qkv = normalized(layers.conv(name + ".attn_qkv", y, 1), heads, 3);
      double[][][] z = layers.conv(name + ".attn_proj", PlainLayers.attend(qkv, heads), 1);
      y = combined(y, z, (a, b) -> sum(a, b, block.attnBalance()));
    }
    return map(y, v -> Math.max(-block.clipAct(), Math.min(block.clipAct(), v)));
  }

  /**
   * Channels, in {@code groups} one after the other of which each holds {@code parts} interleaved,
   * brought to unit magnitude at each pixel.
   */
  private static double[][][] normalized(double[][][] x, int groups, int parts) {
    double[][][] y = map(x, v -> v);
    int size = x.length / groups;
    int width = size / parts;
    for (int r = 0; r < x[0].length; r++) {
      for (int s = 0; s < x[0][0].length; s++) {
        for (int part = 0; part < groups * parts; part++) {
          int first = part / parts * size + part % parts;
          double squares = 0;
          for (int c = 0; c < width; c++) {
            squares += x[first + c * parts][r][s] * x[first + c * parts][r][s];
          }
          for (int c = 0; c < width; c++) {
            y[first + c * parts][r][s] /= 1e-4 + Math.sqrt(squares / width);
          }
        }
      }
    }
    return y;
  }

  private static double sum(double a, double b, double t) {
    return ((1 - t) * a + t * b) / Math.sqrt((1 - t) * (1 - t) + t * t);
  }

  private static double[][][] silu(double[][][] x) {
    return map(x, v -> PlainLayers.silu(v) / 0.596);
  }

  private static double[][][] map(double[][][] x, DoubleUnaryOperator f) {
    return Arrays.stream(x).map(c -> PlainLayers.map(c, f)).toArray(double[][][]::new);
  }

  private static double[][][] combined(double[][][] a, double[][][] b, DoubleBinaryOperator f) {
    double[][][] y = map(a, v -> v);
    for (int c = 0; c < y.length; c++) {
      for (int r = 0; r < y[c].length; r++) {
        for (int s = 0; s < y[c][r].length; s++) {
          y[c][r][s] = f.applyAsDouble(a[c][r][s], b[c][r][s]);
        }
      }
    }
    return y;
  }
}
