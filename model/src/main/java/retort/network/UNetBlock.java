package retort.network;

import java.util.List;
import retort.graph.GraphException;
import retort.graph.Value;

/**
 * The residual block of the EDM U-Nets, conditioned on an embedding, with optional attention.
 *
 * <p>Weights: {@code norm0, conv0, affine, norm1, conv1}, {@code skip} where the shapes of input
 * and output differ, and {@code norm2, qkv, proj} with attention.
 *
 * @param heads attention heads; 0 for a block without attention
 * @param dropout the share of values zeroed before the second convolution while training
 * @param skipScale the factor on each residual sum, which keeps its variance
 * @param epsilon of the normalisations
 * @param adaptiveScale whether the embedding scales and shifts the second normalisation, rather
 *     than being added before it
 * @param resampleProjection whether a block that only resamples has a 1x1 convolution on its skip
 * @param resampleFilter the separable filter of up- and downsampling
 * @param initial what its layers start from
 */
record UNetBlock(
    int heads,
    double dropout,
    double skipScale,
    double epsilon,
    boolean adaptiveScale,
    boolean resampleProjection,
    List<Double> resampleFilter,
    Initial initial) {

  /**
   * What the layers of a block start from.
   *
   * @param inner most of them
   * @param last those that end a residual branch, which should start as nothing
   * @param attention queries, keys and values
   */
  record Initial(Initializer inner, Initializer last, Initializer attention) {
    /** As the networks of Song et al. are initialised. */
    static final Initial XAVIER =
        new Initial(Initializer.XAVIER, Initializer.NEARLY_ZERO, Initializer.ATTENTION);

    /** As the networks of Dhariwal and Nichol are initialised. */
    static final Initial KAIMING =
        new Initial(Initializer.KAIMING, Initializer.ZERO, Initializer.KAIMING);
  }

  /** What a block does to the resolution before its first convolution. */
  enum Resampling {
    NONE,
    DOWN,
    UP
  }

  UNetBlock withHeads(int newHeads) {
    return new UNetBlock(
        newHeads,
        dropout,
        skipScale,
        epsilon,
        adaptiveScale,
        resampleProjection,
        resampleFilter,
        initial);
  }

  /**
   * Applies the block.
   *
   * @param name put before the names of its weights
   * @param x {@code [N, in, H, W]}
   * @param embedding {@code [N, E]}
   * @param out channels of the result
   */
  Value apply(Layers layers, String name, Value x, Value embedding, int out, Resampling mode) {
    Value h = resample(layers, layers.groupNorm(name + ".norm0", x, epsilon).silu(), mode);
    h = layers.conv(name + ".conv0", h, out, 3, initial.inner());

    int width = adaptiveScale ? 2 * out : out;
    Value p =
        layers.linear(name + ".affine", embedding, width, initial.inner()).reshape(0, width, 1, 1);
    if (adaptiveScale) {
      var scaleAndShift = p.split(2, 1);
      h = layers.groupNorm(name + ".norm1", h, epsilon);
      h = h.times(scaleAndShift.get(0).plus(1)).plus(scaleAndShift.get(1)).silu();
    } else {
      h = layers.groupNorm(name + ".norm1", h.plus(p), epsilon).silu();
    }
    h = layers.conv(name + ".conv1", h.dropout(dropout), out, 3, initial.last());

    Value skip = resample(layers, x, mode);
    boolean resampled = mode != Resampling.NONE;
    if (x.channels() != out || (resampled && resampleProjection)) {
      skip = layers.conv(name + ".skip", skip, out, 1, initial.inner());
    }
    h = h.plus(skip).times(skipScale);
    return heads == 0 ? h : attention(layers, name, h).plus(h).times(skipScale);
  }

  private Value resample(Layers layers, Value x, Resampling mode) {
    return switch (mode) {
      case NONE -> x;
      case DOWN -> layers.downsample(x, resampleFilter);
      case UP -> layers.upsample(x, resampleFilter);
    };
  }

  /** Self-attention over pixels; q, k and v are interleaved per channel of {@code qkv}. */
  private Value attention(Layers layers, String name, Value x) {
    int channels = x.channels();
    if (channels % heads != 0) {
      throw new GraphException(
          name + ": " + heads + " attention heads do not share " + channels + " channels evenly");
    }
    int height = x.height();
    int width = x.width();
    Value normed = layers.groupNorm(name + ".norm2", x, epsilon);
    Value qkv = layers.conv(name + ".qkv", normed, 3 * channels, 1, initial.attention());
    var parts =
        qkv.reshape(0, heads, channels / heads, 3, (long) height * width)
            .transpose(3, 0, 1, 4, 2)
            .split(3, 0);
    long[] perHead = {-1, heads, (long) height * width, channels / heads};
    Value attended =
        parts
            .get(0)
            .reshape(perHead)
            .attend(parts.get(1).reshape(perHead), parts.get(2).reshape(perHead));
    Value image = attended.transpose(0, 1, 3, 2).reshape(0, channels, height, width);
    return layers.conv(name + ".proj", image, channels, 1, initial.last());
  }
}
