package retort.network;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.stream.Stream;
import retort.graph.Tensor;

/** {@link SongUNet} once more, as loops over one image. */
final class PlainSongUNet implements PlainNetwork {
  private final SongUNet config;
  private final UNetPlan plan;
  private final PlainLayers layers;
  private final UNetBlock plain;
  private final UNetBlock attending;
  private final double[] filter;

  /** The weights are named as in the graph of a denoiser, {@code model.} before each. */
  PlainSongUNet(SongUNet config, Map<String, Tensor> weights) {
    this.config = config;
    this.plan = config.plan();
    this.layers = new PlainLayers(weights);
    this.plain =
        new UNetBlock(
            0,
            0,
            Math.sqrt(0.5),
            1e-6,
            false,
            true,
            config.resampleFilter(),
            UNetBlock.Initial.XAVIER);
    this.attending = plain.withHeads(1);
    this.filter = config.resampleFilter().stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public double[][][] f(double[][][] x, double noise, double[] label, double[] augment) {
    double[] emb = embedding(noise, label, augment);
    Deque<double[][][]> skips = new ArrayDeque<>();
    double[][][] h = x;
    double[][][] pyramid = x;
    for (int level = 0; level < plan.levels(); level++) {
      String at = at("enc", level);
      if (level == 0) {
        h = layers.conv(at + "_conv", h, 3);
      } else {
        h = layers.block(plain, at + "_down", h, emb, UNetBlock.Resampling.DOWN);
      }
      if (level > 0 && config.encoder() == SongUNet.Encoder.SKIP) {
        pyramid = PlainLayers.down(pyramid, filter);
        h = PlainLayers.scaledSum(h, layers.conv(at + "_aux_skip", pyramid, 1), 1);
      }
      if (level > 0 && config.encoder() == SongUNet.Encoder.RESIDUAL) {
        int more = (filter.length - 1) / 2;
        double[][][] wide = layers.conv(at + "_aux_residual", pyramid, 3, more);
        h = PlainLayers.scaledSum(h, PlainLayers.down(wide, filter, 0), Math.sqrt(0.5));
        pyramid = h;
      }
      skips.push(h);
      for (int i = 0; i < plan.numBlocks(); i++) {
        h = block(attends(level), at + "_block" + i, h, emb);
        skips.push(h);
      }
    }
    int last = plan.levels() - 1;
    double[][][] sum = new double[0][][];
    for (int level = last; level >= 0; level--) {
      String at = at("dec", level);
      if (level == last) {
        h = block(true, at + "_in0", h, emb);
        h = block(false, at + "_in1", h, emb);
      } else {
        h = layers.block(plain, at + "_up", h, emb, UNetBlock.Resampling.UP);
      }
      for (int i = 0; i <= plan.numBlocks(); i++) {
        h = Stream.of(h, skips.pop()).flatMap(Arrays::stream).toArray(double[][][]::new);
        h = block(i == plan.numBlocks() && attends(level), at + "_block" + i, h, emb);
      }
      if (level == 0 || config.decoder() == SongUNet.Decoder.SKIP) {
        double[][][] normed = layers.groupNorm(at + "_aux_norm", h, 1e-6);
        double[][][] made = layers.conv(at + "_aux_conv", PlainLayers.silu(normed), 3);
        sum = sum.length == 0 ? made : PlainLayers.scaledSum(made, PlainLayers.up(sum, filter), 1);
      }
    }
    return sum;
  }

  private String at(String half, int level) {
    int size = plan.resolution() >> level;
    return "model." + half + "." + size + "x" + size;
  }

  private boolean attends(int level) {
    return plan.attnResolutions().contains(plan.resolution() >> level);
  }

  private double[][][] block(boolean attends, String name, double[][][] x, double[] emb) {
    return layers.block(attends ? attending : plain, name, x, emb, UNetBlock.Resampling.NONE);
  }

  /** Sines first; the frequencies are numbers of float32, as in the published code. */
  private double[] embedding(double noise, double[] label, double[] augment) {
    if (config.embedding() == SongUNet.Embedding.ZERO) {
      return new double[plan.modelChannels() * plan.channelMultEmb()];
    }
    int half = plan.modelChannels() * config.channelMultNoise() / 2;
    double[] emb = new double[2 * half];
    for (int k = 0; k < half; k++) {
      double frequency =
          config.embedding() == SongUNet.Embedding.FOURIER
              ? 2 * Math.PI * layers.weight("model.map_noise.freqs")[k]
              : (float) Math.pow(1e-4f, (float) k / (half - 1));
      emb[k] = Math.sin(noise * frequency);
      emb[half + k] = Math.cos(noise * frequency);
    }
    if (label.length > 0) {
      double factor = Math.sqrt(label.length);
      layers.add(emb, "model.map_label", Arrays.stream(label).map(v -> v * factor).toArray());
    }
    if (augment.length > 0) {
      layers.add(emb, "model.map_augment", augment);
    }
    for (String layer : new String[] {"model.map_layer0", "model.map_layer1"}) {
      emb = Arrays.stream(layers.linear(layer, emb)).map(PlainLayers::silu).toArray();
    }
    return emb;
  }
}
