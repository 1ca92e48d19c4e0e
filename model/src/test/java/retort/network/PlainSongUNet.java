package retort.network;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.stream.Stream;
import retort.graph.Tensor;

/** {@link SongUNet} and its preconditioning once more, as loops over one image. */
final class PlainSongUNet {
  private final SongUNet config;
  private final double sigmaData;
  private final PlainLayers layers;
  private final UNetBlock plain;
  private final UNetBlock attending;

  /** The weights are named as in the graph of a denoiser, {@code model.} before each. */
  PlainSongUNet(SongUNet config, double sigmaData, Map<String, Tensor> weights) {
    this.config = config;
    this.sigmaData = sigmaData;
    this.layers = new PlainLayers(weights);
    this.plain = new UNetBlock(0, 0, Math.sqrt(0.5), 1e-6, false, true, config.resampleFilter());
    this.attending = plain.withHeads(1);
  }

  /** D(x; sigma) of one image; labels are empty where the network takes none. */
  double[][][] denoised(double[][][] x, double sigma, double[] label, double[] augment) {
    double variance = sigma * sigma + sigmaData * sigmaData;
    double[][][] scaled = map(x, 1 / Math.sqrt(variance));
    double[][][] f = f(scaled, Math.log(sigma) / 4, label, augment);
    double[][][] d = map(x, sigmaData * sigmaData / variance);
    double cOut = sigma * sigmaData / Math.sqrt(variance);
    for (int c = 0; c < d.length; c++) {
      for (int r = 0; r < d[c].length; r++) {
        for (int s = 0; s < d[c][r].length; s++) {
          d[c][r][s] += cOut * f[c][r][s];
        }
      }
    }
    return d;
  }

  private static double[][][] map(double[][][] x, double factor) {
    return Arrays.stream(x)
        .map(c -> PlainLayers.map(c, v -> v * factor))
        .toArray(double[][][]::new);
  }

  private double[][][] f(double[][][] x, double noise, double[] label, double[] augment) {
    double[] emb = embedding(noise, label, augment);
    int levels = config.channelMult().size();
    Deque<double[][][]> skips = new ArrayDeque<>();
    double[][][] h = x;
    for (int level = 0; level < levels; level++) {
      String at = at("enc", level);
      h =
          level == 0
              ? layers.conv(at + "_conv", h, 3)
              : layers.block(plain, at + "_down", h, emb, UNetBlock.Resampling.DOWN);
      skips.push(h);
      for (int i = 0; i < config.numBlocks(); i++) {
        h = block(attends(level), at + "_block" + i, h, emb);
        skips.push(h);
      }
    }
    for (int level = levels - 1; level >= 0; level--) {
      String at = at("dec", level);
      if (level == levels - 1) {
        h = block(true, at + "_in0", h, emb);
        h = block(false, at + "_in1", h, emb);
      } else {
        h = layers.block(plain, at + "_up", h, emb, UNetBlock.Resampling.UP);
      }
      for (int i = 0; i <= config.numBlocks(); i++) {
        h = Stream.of(h, skips.pop()).flatMap(Arrays::stream).toArray(double[][][]::new);
        h = block(i == config.numBlocks() && attends(level), at + "_block" + i, h, emb);
      }
    }
    h = layers.groupNorm(at("dec", 0) + "_aux_norm", h, 1e-6);
    return layers.conv(at("dec", 0) + "_aux_conv", PlainLayers.silu(h), 3);
  }

  private String at(String half, int level) {
    int size = config.resolution() >> level;
    return "model." + half + "." + size + "x" + size;
  }

  private boolean attends(int level) {
    return config.attnResolutions().contains(config.resolution() >> level);
  }

  private double[][][] block(boolean attends, String name, double[][][] x, double[] emb) {
    return layers.block(attends ? attending : plain, name, x, emb, UNetBlock.Resampling.NONE);
  }

  /** Sines first; the frequencies are numbers of float32, as in the published code. */
  private double[] embedding(double noise, double[] label, double[] augment) {
    int half = config.modelChannels() / 2;
    double[] emb = new double[2 * half];
    for (int k = 0; k < half; k++) {
      double angle = noise * (float) Math.pow(10000, -k / (half - 1.0));
      emb[k] = Math.sin(angle);
      emb[half + k] = Math.cos(angle);
    }
    if (label.length > 0) {
      double factor = Math.sqrt(label.length);
      add(emb, "model.map_label", Arrays.stream(label).map(v -> v * factor).toArray());
    }
    if (augment.length > 0) {
      add(emb, "model.map_augment", augment);
    }
    for (String layer : new String[] {"model.map_layer0", "model.map_layer1"}) {
      emb = Arrays.stream(layers.linear(layer, emb)).map(PlainLayers::silu).toArray();
    }
    return emb;
  }

  private void add(double[] emb, String name, double[] condition) {
    double[] added = layers.linear(name, condition);
    for (int i = 0; i < emb.length; i++) {
      emb[i] += added[i];
    }
  }
}
