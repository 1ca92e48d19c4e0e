package retort.network;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * The U-Net of EDM2 (Karras et al. 2024, Figure 21), whose layers keep the magnitude of activations
 * and have neither biases nor normalisations of groups.
 *
 * @param resolution height and width of the images
 * @param imageChannels channels of the images
 * @param labelDim classes; 0 for an unconditional network
 * @param widths channels of each level; each further level halves the resolution
 * @param noiseChannels Fourier features of the noise level
 * @param embeddingChannels width of the embedding
 * @param numBlocks blocks a level of the encoder; the decoder has one more
 * @param attnResolutions resolutions with attention
 * @param labelBalance the share of the label in the embedding
 * @param concatBalance the share of the encoder in what the decoder's blocks read
 * @param block what all blocks have in common
 */
public record Edm2UNet(
    int resolution,
    int imageChannels,
    int labelDim,
    List<Integer> widths,
    int noiseChannels,
    int embeddingChannels,
    int numBlocks,
    Set<Integer> attnResolutions,
    double labelBalance,
    double concatBalance,
    Edm2Block block) {

  public Edm2UNet {
    widths = List.copyOf(widths);
    attnResolutions = Set.copyOf(attnResolutions);
    require(imageChannels > 0, "image channels", imageChannels, "at least 1");
    require(labelDim >= 0, "labels", labelDim, "at least 0");
    require(!widths.isEmpty(), "widths", widths, "of at least one level");
    for (int width : widths) {
      require(width > 0, "the width of a level", width, "at least 1");
    }
    int halvings = widths.size() - 1;
    require(
        resolution > 0 && Integer.numberOfTrailingZeros(resolution) >= halvings,
        "resolution",
        resolution,
        "a positive multiple of 2^" + halvings + ", since each further level halves it");
    require(noiseChannels > 0, "Fourier features", noiseChannels, "at least 1");
    require(embeddingChannels > 0, "the embedding's width", embeddingChannels, "at least 1");
    require(numBlocks > 0, "blocks a level", numBlocks, "at least 1");
    requireShare(labelBalance, "the label balance");
    requireShare(concatBalance, "the concatenation balance");
  }

  static void require(boolean holds, String what, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + " is " + value + " but should be " + expected);
    }
  }

  static void requireShare(double value, String what) {
    require(value >= 0 && value <= 1, what, value, "between 0 and 1");
  }

  /**
   * The network that the published code builds from its arguments.
   *
   * @throws IllegalArgumentException when these describe none
   */
  public static Edm2UNet of(Arguments arguments) {
    int channels = arguments.integer("model_channels", 192);
    List<Integer> widths =
        arguments.integers("channel_mult", List.of(1, 2, 3, 4)).stream()
            .map(multiple -> Math.multiplyExact(channels, multiple))
            .toList();
    require(!widths.isEmpty(), "channel_mult", widths, "a list of at least one level");
    return new Edm2UNet(
        arguments.integer("img_resolution"),
        arguments.integer("img_channels"),
        arguments.integer("label_dim", 0),
        widths,
        times(channels, arguments, "channel_mult_noise", widths.get(0)),
        times(channels, arguments, "channel_mult_emb", Collections.max(widths)),
        arguments.integer("num_blocks", 3),
        Set.copyOf(arguments.integers("attn_resolutions", List.of(16, 8))),
        arguments.decimal("label_balance", 0.5),
        arguments.decimal("concat_balance", 0.5),
        Edm2Block.of(arguments));
  }

  private static int times(int channels, Arguments arguments, String name, int otherwise) {
    return arguments.has(name) ? Math.multiplyExact(channels, arguments.integer(name)) : otherwise;
  }

  /**
   * Builds the network with fresh weights.
   *
   * @param seed of the initial weights
   */
  public Graph build(long seed) {
    return build(WeightSource.INITIAL, seed);
  }

  /**
   * Builds the network with the weights of a published one.
   *
   * @throws retort.graph.GraphException when a weight is missing or of another shape
   */
  public Graph build(WeightSource source) {
    return build(source, 0);
  }

  /**
   * Builds the network.
   *
   * <p>Inputs: {@code x} [N, C, H, W]; {@code noise} [N], the value the embedding encodes; {@code
   * label} [N, labelDim] where this is not 0. Outputs: {@code f} [N, C, H, W] and {@code features},
   * the activations after the last encoder block.
   */
  private Graph build(WeightSource source, long seed) {
    GraphBuilder g = new GraphBuilder();
    MagnitudePreserving layers = new MagnitudePreserving(g, source, seed);
    Value x = g.input("x", Shape.batch(imageChannels, resolution, resolution));
    Value emb = embedding(g, layers);

    Deque<Value> skips = new ArrayDeque<>();
    // A channel of ones stands for the biases that the layers do not have.
    Value h = x.append(1, 1, 1);
    for (int level = 0; level < widths.size(); level++) {
      int size = resolution >> level;
      String at = "enc." + size + "x" + size;
      if (level == 0) {
        h = layers.conv(at + "_conv", h, widths.get(0), 3);
      } else {
        h = layers.downsample(h, block.resampleFilter());
        h = encode(layers, at + "_down", h, emb, h.channels(), false);
      }
      skips.push(h);
      for (int i = 0; i < numBlocks; i++) {
        h = encode(layers, at + "_block" + i, h, emb, widths.get(level), attends(size));
        skips.push(h);
      }
    }
    g.output("features", h);

    for (int level = widths.size() - 1; level >= 0; level--) {
      int size = resolution >> level;
      String at = "dec." + size + "x" + size;
      if (level == widths.size() - 1) {
        h = decode(layers, at + "_in0", h, emb, h.channels(), true);
        h = decode(layers, at + "_in1", h, emb, h.channels(), false);
      } else {
        h = layers.upsample(h, block.resampleFilter());
        h = decode(layers, at + "_up", h, emb, h.channels(), false);
      }
      for (int i = 0; i <= numBlocks; i++) {
        h = MagnitudePreserving.concat(h, skips.pop(), concatBalance);
        h = decode(layers, at + "_block" + i, h, emb, widths.get(level), attends(size));
      }
    }
    g.output("f", layers.conv("out_conv", h, imageChannels, 3, layers.gain("out_gain")));
    return g.build();
  }

  private boolean attends(int size) {
    return attnResolutions.contains(size);
  }

  private Value encode(
      MagnitudePreserving layers, String name, Value x, Value emb, int out, boolean attends) {
    return block.apply(layers, name, Edm2Block.Side.ENCODER, x, emb, out, attends);
  }

  private Value decode(
      MagnitudePreserving layers, String name, Value x, Value emb, int out, boolean attends) {
    return block.apply(layers, name, Edm2Block.Side.DECODER, x, emb, out, attends);
  }

  private Value embedding(GraphBuilder g, MagnitudePreserving layers) {
    Value noise = g.input("noise", Shape.batch());
    Value features = layers.fourier("emb_fourier", noise, noiseChannels);
    Value emb = layers.linear("emb_noise", features, embeddingChannels);
    if (labelDim > 0) {
      Value label = g.input("label", Shape.batch(labelDim)).times(Math.sqrt(labelDim));
      Value encoded = layers.linear("emb_label", label, embeddingChannels);
      emb = MagnitudePreserving.sum(emb, encoded, labelBalance);
    }
    return MagnitudePreserving.silu(emb);
  }
}
