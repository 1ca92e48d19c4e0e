package retort.network;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * The U-Net of Dhariwal and Nichol 2021 (ADM), as Karras et al. 2022 train it: the embedding scales
 * and shifts each block, attention has 64 channels a head, and labels join the embedding late.
 *
 * @param plan images and conditions, widths, depth, and where attention is
 */
public record DhariwalUNet(UNetPlan plan) implements EdmUNet {
  private static final double EPSILON = 1e-5;
  private static final int CHANNELS_PER_HEAD = 64;
  private static final UNetPlan DEFAULTS =
      new UNetPlan(64, 3, 3, 0, 0, 192, List.of(1, 2, 3, 4), 4, 3, Set.of(32, 16, 8), 0.1, 0);

  /**
   * The network of published arguments, which default as published.
   *
   * @throws IllegalArgumentException when an argument gives no network
   */
  public static DhariwalUNet of(Arguments arguments) {
    return new DhariwalUNet(UNetPlan.of(arguments, DEFAULTS));
  }

  /** The network of the ImageNet-64 teacher: 64x64x3, 1000 labels, 192 channels, 3 blocks. */
  public static DhariwalUNet imageNet64() {
    return new DhariwalUNet(
        new UNetPlan(64, 3, 3, 1000, 0, 192, List.of(1, 2, 3, 4), 4, 3, Set.of(32, 16, 8), 0.1, 0));
  }

  @Override
  public DhariwalUNet withOutChannels(int channels) {
    return new DhariwalUNet(plan.withOutChannels(channels));
  }

  @Override
  public Graph build(WeightSource source, long seed) {
    GraphBuilder g = new GraphBuilder();
    Layers layers = new Layers(g, source, seed);
    Value x = g.input("x", Shape.batch(plan.inChannels(), plan.resolution(), plan.resolution()));
    Value embedding = embedding(g, layers);

    Deque<Value> skips = new ArrayDeque<>();
    Value h = x;
    for (int level = 0; level < plan.levels(); level++) {
      String at = plan.at("enc", level);
      h =
          level == 0
              ? layers.conv(at + "_conv", h, plan.width(0), 3, Initializer.KAIMING)
              : block(layers, at + "_down", h, embedding, UNetBlock.Resampling.DOWN);
      skips.push(h);
      for (int i = 0; i < plan.numBlocks(); i++) {
        h = block(layers, at + "_block" + i, h, embedding, level, plan.attends(level));
        skips.push(h);
      }
    }
    g.output("features", h);

    int last = plan.levels() - 1;
    for (int level = last; level >= 0; level--) {
      String at = plan.at("dec", level);
      if (level == last) {
        h = block(layers, at + "_in0", h, embedding, level, true);
        h = block(layers, at + "_in1", h, embedding, level, false);
      } else {
        h = block(layers, at + "_up", h, embedding, UNetBlock.Resampling.UP);
      }
      for (int i = 0; i <= plan.numBlocks(); i++) {
        Value joined = h.concat(skips.pop(), 1);
        h = block(layers, at + "_block" + i, joined, embedding, level, plan.attends(level));
      }
    }
    h = layers.groupNorm("out_norm", h, EPSILON).silu();
    g.output("f", layers.conv("out_conv", h, plan.outChannels(), 3, Initializer.ZERO));
    return g.build();
  }

  private Value embedding(GraphBuilder g, Layers layers) {
    Value noise = g.input("noise", Shape.batch());
    int channels = plan.modelChannels();
    Value angles = NoiseAngles.positional(g, noise, channels / 2, channels / 2);
    Value emb = angles.cos().concat(angles.sin(), 1);
    Conditions conditions = new Conditions(g, plan);
    if (plan.augmentDim() > 0) {
      Value augment = conditions.augment();
      emb = emb.plus(layers.linearWithoutBias("map_augment", augment, channels, Initializer.ZERO));
    }
    int width = plan.embeddingWidth();
    emb = layers.linear("map_layer0", emb, width, Initializer.KAIMING).silu();
    emb = layers.linear("map_layer1", emb, width, Initializer.KAIMING);
    if (plan.labelDim() > 0) {
      // Published as kaiming_normal times sqrt(labelDim): unit variance, whatever the labels.
      Initializer unit =
          new Initializer(Initializer.Law.KAIMING_NORMAL, Math.sqrt(plan.labelDim()), 0);
      emb = emb.plus(layers.linearWithoutBias("map_label", conditions.label(), width, unit));
    }
    return emb.silu();
  }

  /** A block at a level; too few channels for a head leave attention out, as published. */
  private Value block(
      Layers layers, String name, Value x, Value embedding, int level, boolean attends) {
    int out = plan.width(level);
    return settings(attends ? out / CHANNELS_PER_HEAD : 0)
        .apply(layers, name, x, embedding, out, UNetBlock.Resampling.NONE);
  }

  private Value block(
      Layers layers, String name, Value x, Value embedding, UNetBlock.Resampling mode) {
    return settings(0).apply(layers, name, x, embedding, x.channels(), mode);
  }

  private UNetBlock settings(int heads) {
    return new UNetBlock(
        heads,
        plan.dropout(),
        1,
        EPSILON,
        true,
        false,
        SongUNet.BOX_FILTER,
        UNetBlock.Initial.KAIMING);
  }
}
