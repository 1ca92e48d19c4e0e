package retort.network;

import java.util.List;
import java.util.Set;

/**
 * What the U-Nets of Karras et al. 2022 have in common: images and conditions, widths, depth, and
 * where attention is.
 *
 * @param resolution height and width of the images
 * @param inChannels channels of the images
 * @param outChannels channels of the result
 * @param labelDim classes; 0 for an unconditional network
 * @param augmentDim augmentation labels; 0 for none
 * @param modelChannels the width that others are multiples of
 * @param channelMult width of each level as a multiple of {@code modelChannels}; each level halves
 *     the resolution
 * @param channelMultEmb width of the embedding as a multiple of {@code modelChannels}
 * @param numBlocks residual blocks a level of the encoder; the decoder has one more
 * @param attnResolutions resolutions with attention
 * @param dropout the share of values zeroed in each block while training
 * @param labelDropout the share of labels zeroed while training, for guidance without a classifier
 */
public record UNetPlan(
    int resolution,
    int inChannels,
    int outChannels,
    int labelDim,
    int augmentDim,
    int modelChannels,
    List<Integer> channelMult,
    int channelMultEmb,
    int numBlocks,
    Set<Integer> attnResolutions,
    double dropout,
    double labelDropout) {
  private static final int MAX_LEVELS = 31;
  private static final int MAX_WIDTH = 1 << 20;

  public UNetPlan {
    channelMult = List.copyOf(channelMult);
    attnResolutions = Set.copyOf(attnResolutions);
    require(inChannels > 0, "image channels", inChannels, "at least 1");
    require(outChannels > 0, "channels of the result", outChannels, "at least 1");
    require(labelDim >= 0, "labels", labelDim, "at least 0");
    require(augmentDim >= 0, "augmentation labels", augmentDim, "at least 0");
    require(
        modelChannels >= 4 && modelChannels % 2 == 0,
        "model channels",
        modelChannels,
        "an even number of at least 4");
    int levels = channelMult.size();
    require(levels > 0, "channel multipliers", levels, "at least one level");
    require(levels <= MAX_LEVELS, "channel multipliers", levels, "at most " + MAX_LEVELS);
    for (int multiple : channelMult) {
      requireMultiple("a channel multiplier", multiple, modelChannels);
    }
    int halvings = 1 << (levels - 1);
    require(
        resolution > 0 && resolution % halvings == 0,
        "resolution",
        resolution,
        "a multiple of " + halvings + ", since each further level halves it");
    requireMultiple("the embedding's multiplier", channelMultEmb, modelChannels);
    require(numBlocks > 0, "blocks a level", numBlocks, "at least 1");
    require(dropout >= 0 && dropout < 1, "dropout", dropout, "in [0, 1)");
    require(labelDropout >= 0 && labelDropout < 1, "label dropout", labelDropout, "in [0, 1)");
  }

  static void require(boolean holds, String what, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + " is " + value + " but should be " + expected);
    }
  }

  static void requireMultiple(String what, int multiple, int modelChannels) {
    int most = MAX_WIDTH / modelChannels;
    require(multiple > 0, what, multiple, "at least 1");
    require(multiple <= most, what, multiple, "at most " + most + ", for a width of " + MAX_WIDTH);
  }

  /**
   * The plan in the arguments of a published network: those of the network itself, with {@code
   * in_channels} and {@code out_channels}, or of its preconditioning, with {@code img_channels} for
   * both.
   *
   * @param defaults what arguments have when they are left out
   */
  static UNetPlan of(Arguments arguments, UNetPlan defaults) {
    int channels = arguments.has("img_channels") ? arguments.integer("img_channels") : 0;
    int in =
        channels > 0
            ? arguments.integer("in_channels", channels)
            : arguments.integer("in_channels");
    return new UNetPlan(
        arguments.integer("img_resolution"),
        in,
        arguments.integer("out_channels", in),
        arguments.integer("label_dim", 0),
        arguments.integer("augment_dim", 0),
        arguments.integer("model_channels", defaults.modelChannels),
        arguments.integers("channel_mult", defaults.channelMult),
        arguments.integer("channel_mult_emb", defaults.channelMultEmb),
        arguments.integer("num_blocks", defaults.numBlocks),
        Set.copyOf(arguments.integers("attn_resolutions", List.copyOf(defaults.attnResolutions))),
        arguments.decimal("dropout", defaults.dropout),
        arguments.decimal("label_dropout", defaults.labelDropout));
  }

  /** The same plan for another number of channels of the result. */
  UNetPlan withOutChannels(int channels) {
    return new UNetPlan(
        resolution,
        inChannels,
        channels,
        labelDim,
        augmentDim,
        modelChannels,
        channelMult,
        channelMultEmb,
        numBlocks,
        attnResolutions,
        dropout,
        labelDropout);
  }

  int levels() {
    return channelMult.size();
  }

  /** Height and width at a level. */
  int size(int level) {
    return resolution >> level;
  }

  /** Channels at a level. */
  int width(int level) {
    return modelChannels * channelMult.get(level);
  }

  boolean attends(int level) {
    return attnResolutions.contains(size(level));
  }

  /** How the names of a level's layers begin: {@code enc.32x32}. */
  String at(String half, int level) {
    return half + "." + size(level) + "x" + size(level);
  }

  /** Channels of the embedding that blocks see. */
  int embeddingWidth() {
    return modelChannels * channelMultEmb;
  }
}
