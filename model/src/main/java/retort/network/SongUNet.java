package retort.network;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;

/**
 * The U-Net of Song et al. 2021 in its DDPM++ form, as Karras et al. 2022 train it: positional
 * noise embedding, residual blocks, averaging and nearest-neighbour resampling, attention at chosen
 * resolutions.
 *
 * @param resolution height and width of the images
 * @param imageChannels channels of the images
 * @param labelDim classes; 0 for an unconditional network
 * @param augmentDim augmentation labels; 0 for none
 * @param modelChannels width of the first level
 * @param channelMult width of each level as a multiple of {@code modelChannels}; each level halves
 *     the resolution
 * @param channelMultEmb width of the embedding as a multiple of {@code modelChannels}
 * @param numBlocks residual blocks a level of the encoder; the decoder has one more
 * @param attnResolutions resolutions with attention
 * @param dropout the share of values zeroed in each block while training
 * @param resampleFilter the separable filter of up- and downsampling, {@code [1, 1]} in DDPM++
 */
public record SongUNet(
    int resolution,
    int imageChannels,
    int labelDim,
    int augmentDim,
    int modelChannels,
    List<Integer> channelMult,
    int channelMultEmb,
    int numBlocks,
    Set<Integer> attnResolutions,
    double dropout,
    List<Double> resampleFilter) {
  /** The filter of DDPM++: 2x2 averages down, nearest neighbours up. */
  public static final List<Double> BOX_FILTER = List.of(1.0, 1.0);

  private static final double EPSILON = 1e-6;
  private static final double MAX_POSITIONS = 10000;

  public SongUNet {
    channelMult = List.copyOf(channelMult);
    resampleFilter = List.copyOf(resampleFilter);
    attnResolutions = Set.copyOf(attnResolutions);
    require(imageChannels > 0, "image channels", imageChannels, "at least 1");
    require(labelDim >= 0, "labels", labelDim, "at least 0");
    require(augmentDim >= 0, "augmentation labels", augmentDim, "at least 0");
    require(
        modelChannels > 0 && modelChannels % 4 == 0,
        "model channels",
        modelChannels,
        "a positive multiple of 4");
    require(
        channelMult.size() > 0, "channel multipliers", channelMult.size(), "at least one level");
    for (int multiple : channelMult) {
      require(multiple > 0, "a channel multiplier", multiple, "at least 1");
    }
    int halvings = 1 << (channelMult.size() - 1);
    require(
        resolution > 0 && resolution % halvings == 0,
        "resolution",
        resolution,
        "a multiple of " + halvings + ", since each further level halves it");
    require(channelMultEmb > 0, "the embedding's multiplier", channelMultEmb, "at least 1");
    require(numBlocks > 0, "blocks a level", numBlocks, "at least 1");
    require(dropout >= 0 && dropout < 1, "dropout", dropout, "in [0, 1)");
    require(resampleFilter.size() > 0, "the resampling filter", resampleFilter, "not empty");
  }

  private static void require(boolean holds, String what, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + " is " + value + " but should be " + expected);
    }
  }

  /** The network of the CIFAR-10 teachers: 32x32x3, 128 channels, multipliers 2-2-2, 4 blocks. */
  public static SongUNet cifar10(int labelDim) {
    return new SongUNet(
        32, 3, labelDim, 9, 128, List.of(2, 2, 2), 4, 4, Set.of(16), 0.13, BOX_FILTER);
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
   * label} [N, labelDim] and {@code augment} [N, augmentDim] where these are not 0. Outputs: {@code
   * f} [N, C, H, W] and {@code features}, the activations after the last encoder block.
   */
  private Graph build(WeightSource source, long seed) {
    GraphBuilder g = new GraphBuilder();
    Layers layers = new Layers(g, source, seed);
    Value x = g.input("x", Shape.batch(imageChannels, resolution, resolution));
    Value embedding = embedding(g, layers);
    UNetBlock plain =
        new UNetBlock(0, dropout, Math.sqrt(0.5), EPSILON, false, true, resampleFilter);
    UNetBlock attending = plain.withHeads(1);

    Deque<Value> skips = new ArrayDeque<>();
    Value h = x;
    for (int level = 0; level < channelMult.size(); level++) {
      int size = resolution >> level;
      String at = "enc." + size + "x" + size;
      h =
          level == 0
              ? layers.conv(at + "_conv", h, modelChannels, 3, Initializer.XAVIER)
              : plain.apply(
                  layers, at + "_down", h, embedding, h.channels(), UNetBlock.Resampling.DOWN);
      skips.push(h);
      UNetBlock block = attnResolutions.contains(size) ? attending : plain;
      for (int i = 0; i < numBlocks; i++) {
        h =
            block.apply(
                layers, at + "_block" + i, h, embedding, width(level), UNetBlock.Resampling.NONE);
        skips.push(h);
      }
    }
    g.output("features", h);

    for (int level = channelMult.size() - 1; level >= 0; level--) {
      int size = resolution >> level;
      String at = "dec." + size + "x" + size;
      if (level == channelMult.size() - 1) {
        h =
            attending.apply(
                layers, at + "_in0", h, embedding, h.channels(), UNetBlock.Resampling.NONE);
        h = plain.apply(layers, at + "_in1", h, embedding, h.channels(), UNetBlock.Resampling.NONE);
      } else {
        h = plain.apply(layers, at + "_up", h, embedding, h.channels(), UNetBlock.Resampling.UP);
      }
      for (int i = 0; i <= numBlocks; i++) {
        boolean attends = i == numBlocks && attnResolutions.contains(size);
        h =
            (attends ? attending : plain)
                .apply(
                    layers,
                    at + "_block" + i,
                    h.concat(skips.pop(), 1),
                    embedding,
                    width(level),
                    UNetBlock.Resampling.NONE);
      }
    }
    String out = "dec." + resolution + "x" + resolution;
    h = layers.groupNorm(out + "_aux_norm", h, EPSILON).silu();
    g.output("f", layers.conv(out + "_aux_conv", h, imageChannels, 3, Initializer.NEARLY_ZERO));
    return g.build();
  }

  private int width(int level) {
    return modelChannels * channelMult.get(level);
  }

  private Value embedding(GraphBuilder g, Layers layers) {
    Value noise = g.input("noise", Shape.batch());
    Value emb = positional(g, noise, modelChannels);
    if (labelDim > 0) {
      Value label = g.input("label", Shape.batch(labelDim));
      emb = emb.plus(layers.linear("map_label", label.times(Math.sqrt(labelDim)), modelChannels));
    }
    if (augmentDim > 0) {
      Value augment = g.input("augment", Shape.batch(augmentDim));
      emb = emb.plus(layers.linearWithoutBias("map_augment", augment, modelChannels));
    }
    int width = modelChannels * channelMultEmb;
    emb = layers.linear("map_layer0", emb, width).silu();
    return layers.linear("map_layer1", emb, width).silu();
  }

  /** {@code [sin(x f_k), cos(x f_k)]}, {@code f_k = 10000^(-k / (C/2 - 1))}. */
  private static Value positional(GraphBuilder g, Value noise, int channels) {
    int half = channels / 2;
    float[] frequencies = new float[half];
    for (int k = 0; k < half; k++) {
      frequencies[k] = (float) Math.pow(MAX_POSITIONS, -k / (half - 1.0));
    }
    Value angles =
        noise.reshape(-1, 1).times(g.constant(Tensor.floats(new int[] {1, half}, frequencies)));
    return angles.sin().concat(angles.cos(), 1);
  }
}
