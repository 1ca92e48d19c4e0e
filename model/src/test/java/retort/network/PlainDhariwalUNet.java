package retort.network;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.stream.Stream;
import retort.graph.Tensor;

/** {@link DhariwalUNet} once more, as loops over one image. */
final class PlainDhariwalUNet implements PlainNetwork {
  private final UNetPlan plan;
  private final PlainLayers layers;

  /** The weights are named as in the graph of a denoiser, {@code model.} before each. */
  PlainDhariwalUNet(DhariwalUNet config, Map<String, Tensor> weights) {
    this.plan = config.plan();
    this.layers = new PlainLayers(weights);
  }

  @Override
  public double[][][] f(double[][][] x, double noise, double[] label, double[] augment) {
    double[] emb = embedding(noise, label, augment);
    Deque<double[][][]> skips = new ArrayDeque<>();
    double[][][] h = x;
    for (int level = 0; level < plan.channelMult().size(); level++) {
      String at = at("enc", level);
      h =
          level == 0
              ? layers.conv(at + "_conv", h, 3)
              : block(at + "_down", h, emb, UNetBlock.Resampling.DOWN);
      skips.push(h);
      for (int i = 0; i < plan.numBlocks(); i++) {
        h = block(at + "_block" + i, h, emb, UNetBlock.Resampling.NONE);
        skips.push(h);
      }
    }
    for (int level = plan.channelMult().size() - 1; level >= 0; level--) {
      String at = at("dec", level);
      if (level == plan.channelMult().size() - 1) {
        h = block(at + "_in0", h, emb, UNetBlock.Resampling.NONE);
        h = block(at + "_in1", h, emb, UNetBlock.Resampling.NONE);
      } else {
        h = block(at + "_up", h, emb, UNetBlock.Resampling.UP);
      }
      for (int i = 0; i <= plan.numBlocks(); i++) {
        h = Stream.of(h, skips.pop()).flatMap(Arrays::stream).toArray(double[][][]::new);
        h = block(at + "_block" + i, h, emb, UNetBlock.Resampling.NONE);
      }
    }
    h = layers.groupNorm("model.out_norm", h, 1e-5);
    return layers.conv("model.out_conv", PlainLayers.silu(h), 3);
  }

  private String at(String half, int level) {
    int size = plan.resolution() >> level;
    return "model." + half + "." + size + "x" + size;
  }

  /** A block attends where it has the weights to, with 64 channels a head. */
  private double[][][] block(String name, double[][][] x, double[] emb, UNetBlock.Resampling mode) {
    int heads =
        layers.has(name + ".qkv.weight") ? layers.weight(name + ".norm2.weight").length / 64 : 0;
    UNetBlock settings =
        new UNetBlock(
            heads, 0, 1, 1e-5, true, false, SongUNet.BOX_FILTER, UNetBlock.Initial.KAIMING);
    return layers.block(settings, name, x, emb, mode);
  }

  /** Cosines first; labels join after the second layer. */
  private double[] embedding(double noise, double[] label, double[] augment) {
    int half = plan.modelChannels() / 2;
    double[] emb = new double[2 * half];
    for (int k = 0; k < half; k++) {
      double angle = noise * (float) Math.pow(1e-4f, (float) k / half);
      emb[k] = Math.cos(angle);
      emb[half + k] = Math.sin(angle);
    }
    if (augment.length > 0) {
      layers.add(emb, "model.map_augment", augment);
    }
    emb = layers.linear("model.map_layer0", emb);
    emb = layers.linear("model.map_layer1", Arrays.stream(emb).map(PlainLayers::silu).toArray());
    if (label.length > 0) {
      layers.add(emb, "model.map_label", label);
    }
    return Arrays.stream(emb).map(PlainLayers::silu).toArray();
  }
}
