package retort.network;

import java.util.List;
import retort.graph.Value;

/**
 * The block of the EDM2 U-Net: a residual branch that the embedding modulates, and attention where
 * it is asked for.
 *
 * <p>Weights: {@code emb_gain, conv_res0, emb_linear, conv_res1}, {@code conv_skip} where the
 * channels of input and output differ, and {@code attn_qkv, attn_proj} with attention.
 *
 * @param resampleFilter the separable filter of up- and downsampling, of even length
 * @param channelsPerHead width of an attention head; layers with fewer channels do not attend
 * @param dropout the share of values zeroed before the second convolution while training
 * @param resBalance the share of the residual branch in its sum
 * @param attnBalance the share of attention in its sum
 * @param clipAct the largest magnitude of a result, infinite for any
 */
public record Edm2Block(
    List<Double> resampleFilter,
    int channelsPerHead,
    double dropout,
    double resBalance,
    double attnBalance,
    double clipAct) {
  private static final String CLIP_ACT = "clip_act";

  public Edm2Block {
    resampleFilter = List.copyOf(resampleFilter);
    Edm2UNet.require(
        !resampleFilter.isEmpty() && resampleFilter.size() % 2 == 0,
        "the resampling filter",
        resampleFilter,
        "of even length");
    Edm2UNet.require(channelsPerHead > 0, "channels per head", channelsPerHead, "at least 1");
    Edm2UNet.require(dropout >= 0 && dropout < 1, "dropout", dropout, "in [0, 1)");
    Edm2UNet.requireShare(resBalance, "the residual balance");
    Edm2UNet.requireShare(attnBalance, "the attention balance");
    Edm2UNet.require(clipAct > 0, "the clipping of activations", clipAct, "positive");
  }

  /** The arguments that the published network hands to its blocks. */
  static Edm2Block of(Arguments arguments) {
    return new Edm2Block(
        arguments.decimals("resample_filter", List.of(1.0, 1.0)),
        arguments.integer("channels_per_head", 64),
        arguments.decimal("dropout", 0),
        arguments.decimal("res_balance", 0.3),
        arguments.decimal("attn_balance", 0.3),
        arguments.isNull(CLIP_ACT) ? Double.POSITIVE_INFINITY : arguments.decimal(CLIP_ACT, 256));
  }

  /** Where a block stands. */
  enum Side {
    /** Its input is projected and brought to unit magnitude first. */
    ENCODER,
    /** Its input is projected after the residual branch has read it. */
    DECODER
  }

  /**
   * Applies the block.
   *
   * @param name put before the names of its weights
   * @param input {@code [N, in, H, W]}
   * @param embedding {@code [N, E]}
   * @param out channels of the result
   */
  Value apply(
      MagnitudePreserving layers,
      String name,
      Side side,
      Value input,
      Value embedding,
      int out,
      boolean attends) {
    Value x = input;
    if (side == Side.ENCODER) {
      x = MagnitudePreserving.normalize(skip(layers, name, x, out), 1, out);
    }
    Value y = layers.conv(name + ".conv_res0", MagnitudePreserving.silu(x), out, 3);
    Value gain = layers.gain(name + ".emb_gain");
    Value scale = layers.linear(name + ".emb_linear", embedding, out, gain).plus(1);
    y = MagnitudePreserving.silu(y.times(scale.reshape(0, out, 1, 1)));
    y = layers.conv(name + ".conv_res1", y.dropout(dropout), out, 3);
    if (side == Side.DECODER) {
      x = skip(layers, name, x, out);
    }
    x = MagnitudePreserving.sum(x, y, resBalance);
    int heads = attends ? out / channelsPerHead : 0;
    if (heads > 0) {
      x = MagnitudePreserving.sum(x, attention(layers, name, x, heads), attnBalance);
    }
    return Double.isInfinite(clipAct) ? x : x.clip(-clipAct, clipAct);
  }

  private static Value skip(MagnitudePreserving layers, String name, Value x, int out) {
    return x.channels() == out ? x : layers.conv(name + ".conv_skip", x, out, 1);
  }

  /**
   * Self-attention over pixels, of queries, keys and values of unit magnitude; these are
   * interleaved per channel of {@code attn_qkv}.
   */
  private static Value attention(MagnitudePreserving layers, String name, Value x, int heads) {
    int channels = x.channels();
    Edm2UNet.require(
        channels % heads == 0,
        "channels of " + name,
        channels,
        "a multiple of " + heads + " heads");
    int width = channels / heads;
    long pixels = (long) x.height() * x.width();
    Value qkv =
        layers
            .conv(name + ".attn_qkv", x, 3 * channels, 1)
            .reshape(0, heads, width, 3, pixels)
            .transpose(3, 0, 1, 4, 2);
    var parts = MagnitudePreserving.normalize(qkv, 4, width).split(3, 0);
    long[] perHead = {-1, heads, pixels, width};
    Value attended =
        parts
            .get(0)
            .reshape(perHead)
            .attend(parts.get(1).reshape(perHead), parts.get(2).reshape(perHead));
    Value image = attended.transpose(0, 1, 3, 2).reshape(0, channels, x.height(), x.width());
    return layers.conv(name + ".attn_proj", image, channels, 1);
  }
}
