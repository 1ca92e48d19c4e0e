package retort.network;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;

/** The wiring of one {@link SongUNet}. */
final class SongGraph {
  private static final double EPSILON = 1e-6;
  private static final double FOURIER_SCALE = 16;

  private final GraphBuilder g = new GraphBuilder();
  private final SongUNet config;
  private final UNetPlan plan;
  private final Layers layers;
  private final UNetBlock plain;
  private final UNetBlock attending;
  private final Deque<Value> skips = new ArrayDeque<>();

  SongGraph(SongUNet config, WeightSource source, long seed) {
    this.config = config;
    plan = config.plan();
    layers = new Layers(g, source, seed);
    plain =
        new UNetBlock(
            0,
            plan.dropout(),
            Math.sqrt(0.5),
            EPSILON,
            false,
            true,
            config.resampleFilter(),
            UNetBlock.Initial.XAVIER);
    attending = plain.withHeads(1);
  }

  Graph build() {
    Value x = g.input("x", Shape.batch(plan.inChannels(), plan.resolution(), plan.resolution()));
    Value noise = g.input("noise", Shape.batch());
    Value embedding =
        config.embedding() == SongUNet.Embedding.ZERO ? noEmbedding() : embedding(noise);
    Value features = encoder(x, embedding);
    g.output("features", features);
    g.output("f", decoder(features, embedding));
    return g.build();
  }

  /** Zeros, which the blocks see as they see an embedding. */
  private Value noEmbedding() {
    int width = plan.embeddingWidth();
    return g.constant(Tensor.floats(new int[] {1, width}, new float[width]));
  }

  private Value embedding(Value noise) {
    int channels = plan.modelChannels() * config.channelMultNoise();
    Value angles =
        config.embedding() == SongUNet.Embedding.FOURIER
            ? NoiseAngles.of(
                noise,
                layers
                    .normalBuffer("map_noise.freqs", FOURIER_SCALE, channels / 2)
                    .times(2 * Math.PI))
            : NoiseAngles.positional(g, noise, channels / 2, channels / 2 - 1);
    Value emb = angles.sin().concat(angles.cos(), 1);
    Conditions conditions = new Conditions(g, plan);
    if (plan.labelDim() > 0) {
      Value label = conditions.label().times(Math.sqrt(plan.labelDim()));
      emb = emb.plus(layers.linear("map_label", label, channels));
    }
    if (plan.augmentDim() > 0) {
      Value augment = conditions.augment();
      emb =
          emb.plus(layers.linearWithoutBias("map_augment", augment, channels, Initializer.XAVIER));
    }
    emb = layers.linear("map_layer0", emb, plan.embeddingWidth()).silu();
    return layers.linear("map_layer1", emb, plan.embeddingWidth()).silu();
  }

  private Value encoder(Value x, Value embedding) {
    Value h = x;
    Value pyramid = x;
    for (int level = 0; level < plan.levels(); level++) {
      String at = plan.at("enc", level);
      if (level == 0) {
        h = layers.conv(at + "_conv", h, plan.modelChannels(), 3, Initializer.XAVIER);
      } else {
        h = resampled(at + "_down", h, embedding, UNetBlock.Resampling.DOWN);
        List<Double> filter = config.resampleFilter();
        switch (config.encoder()) {
          case STANDARD -> {}
          case SKIP -> {
            pyramid = layers.downsample(pyramid, filter);
            h = h.plus(layers.conv(at + "_aux_skip", pyramid, h.channels(), 1, Initializer.XAVIER));
          }
          case RESIDUAL -> {
            Value halved =
                layers.convThenDownsample(
                    at + "_aux_residual", pyramid, h.channels(), filter, Initializer.XAVIER);
            h = h.plus(halved).over(Math.sqrt(2));
            pyramid = h;
          }
        }
      }
      skips.push(h);
      UNetBlock block = plan.attends(level) ? attending : plain;
      for (int i = 0; i < plan.numBlocks(); i++) {
        h = applied(block, at + "_block" + i, h, embedding, plan.width(level));
        skips.push(h);
      }
    }
    return h;
  }

  private Value decoder(Value features, Value embedding) {
    int last = plan.levels() - 1;
    boolean adds = config.decoder() == SongUNet.Decoder.SKIP;
    Value h = features;
    Value sum = null;
    for (int level = last; level >= 0; level--) {
      String at = plan.at("dec", level);
      if (level == last) {
        h = applied(attending, at + "_in0", h, embedding, h.channels());
        h = applied(plain, at + "_in1", h, embedding, h.channels());
      } else {
        h = resampled(at + "_up", h, embedding, UNetBlock.Resampling.UP);
      }
      for (int i = 0; i <= plan.numBlocks(); i++) {
        UNetBlock block = i == plan.numBlocks() && plan.attends(level) ? attending : plain;
        Value joined = h.concat(skips.pop(), 1);
        h = applied(block, at + "_block" + i, joined, embedding, plan.width(level));
      }
      if (adds || level == 0) {
        Value made = layers.groupNorm(at + "_aux_norm", h, EPSILON).silu();
        made = layers.conv(at + "_aux_conv", made, plan.outChannels(), 3, Initializer.NEARLY_ZERO);
        sum = sum == null ? made : made.plus(layers.upsample(sum, config.resampleFilter()));
      }
    }
    return Objects.requireNonNull(sum);
  }

  private Value applied(UNetBlock block, String name, Value x, Value embedding, int out) {
    return block.apply(layers, name, x, embedding, out, UNetBlock.Resampling.NONE);
  }

  private Value resampled(String name, Value x, Value embedding, UNetBlock.Resampling mode) {
    return plain.apply(layers, name, x, embedding, x.channels(), mode);
  }
}
