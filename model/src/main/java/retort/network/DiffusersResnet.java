package retort.network;

import java.util.List;
import java.util.Locale;
import retort.graph.Attributes;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Value;

/**
 * The residual block of a diffusers U-Net, conditioned on an embedding.
 *
 * <p>Weights: {@code norm1, conv1, time_emb_proj, norm2, conv2}, and {@code conv_shortcut} where
 * the channels of input and output differ.
 *
 * @param groups of the normalisations; 0 for a quarter of the channels, at most 32
 * @param epsilon of the normalisations
 * @param dropout the share of values zeroed before the second convolution while training
 * @param activation the nonlinearity
 * @param scaleShift whether the embedding scales and shifts the second normalisation, rather than
 *     being added before it
 * @param scale the residual sum is divided by it
 * @param smooth whether resampling goes through the filter 1-3-3-1, with a convolution on the
 *     shortcut, rather than averaging and repeating pixels
 */
public record DiffusersResnet(
    int groups,
    double epsilon,
    double dropout,
    Operator activation,
    boolean scaleShift,
    double scale,
    boolean smooth) {
  static final List<Double> SMOOTH_FILTER = List.of(1.0, 3.0, 3.0, 1.0);

  private static final int MAX_GROUPS = 32;

  public DiffusersResnet {
    DiffusersUNet.require(groups >= 0, "norm_num_groups", groups, "at least 1");
    DiffusersUNet.require(epsilon > 0, "norm_eps", epsilon, "positive");
    DiffusersUNet.require(dropout >= 0 && dropout < 1, "dropout", dropout, "in [0, 1)");
    DiffusersUNet.require(
        scale > 0 && Double.isFinite(scale), "mid_block_scale_factor", scale, "positive");
  }

  static DiffusersResnet of(Arguments arguments) {
    String shift = arguments.text("resnet_time_scale_shift", "default");
    DiffusersUNet.require(
        shift.equals("default") || shift.equals("scale_shift"),
        "resnet_time_scale_shift",
        shift,
        "default or scale_shift; others belong to other networks than UNet2DModel");
    return new DiffusersResnet(
        groups(arguments),
        arguments.decimal("norm_eps", 1e-5),
        arguments.decimal("dropout", 0),
        activation(arguments.text("act_fn", "silu")),
        shift.equals("scale_shift"),
        1,
        false);
  }

  private static int groups(Arguments arguments) {
    if (arguments.isNull("norm_num_groups")) {
      return 0;
    }
    int groups = arguments.integer("norm_num_groups", MAX_GROUPS);
    DiffusersUNet.require(groups > 0, "norm_num_groups", groups, "at least 1");
    return groups;
  }

  private static Operator activation(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "silu", "swish" -> Operator.SILU;
      case "mish" -> Operator.MISH;
      case "gelu" -> Operator.GELU;
      case "relu" -> Operator.RELU;
      default ->
          throw new IllegalArgumentException(
              "act_fn is '" + name + "' but should be silu, swish, mish, gelu or relu");
    };
  }

  /** The same block with another divisor of the residual sum. */
  DiffusersResnet dividedBy(double divisor) {
    return new DiffusersResnet(groups, epsilon, dropout, activation, scaleShift, divisor, smooth);
  }

  /** The block of the stages beside which the image goes down and up. */
  DiffusersResnet ofSkipStage() {
    return new DiffusersResnet(0, epsilon, dropout, activation, scaleShift, Math.sqrt(2), true);
  }

  /** The groups into which {@code channels} are divided. */
  int groups(int channels) {
    return groups == 0 ? Math.min(MAX_GROUPS, channels / 4) : groups;
  }

  Value activate(GraphBuilder graph, Value x) {
    return graph.add(activation, Attributes.none(), List.of(x));
  }

  /** A block whose first normalisation has the usual number of groups. */
  Value apply(DiffusersScope at, String name, Value x, int out, UNetBlock.Resampling mode) {
    return apply(at, name, x, out, mode, groups(x.channels()));
  }

  /**
   * Applies the block.
   *
   * @param name put before the names of its weights
   * @param x {@code [N, in, H, W]}
   * @param out channels of the result
   * @param mode what happens to the resolution before the first convolution
   * @param firstGroups groups of the first normalisation
   */
  Value apply(
      DiffusersScope at,
      String name,
      Value x,
      int out,
      UNetBlock.Resampling mode,
      int firstGroups) {
    Layers layers = at.layers();
    Value h = layers.groupNorm(name + ".norm1", x, firstGroups, epsilon);
    h = resample(layers, activate(at.graph(), h), mode);
    h = layers.conv(name + ".conv1", h, out, 3, Initializer.XAVIER);

    int width = scaleShift ? 2 * out : out;
    Value p = layers.linear(name + ".time_emb_proj", at.activatedEmbedding(), width);
    p = p.reshape(0, width, 1, 1);
    h = layers.groupNorm(name + ".norm2", scaleShift ? h : h.plus(p), groups(out), epsilon);
    if (scaleShift) {
      List<Value> scaleAndShift = p.split(2, 1);
      h = h.times(scaleAndShift.get(0).plus(1)).plus(scaleAndShift.get(1));
    }
    h = activate(at.graph(), h).dropout(dropout);
    h = layers.conv(name + ".conv2", h, out, 3, Initializer.NEARLY_ZERO);

    Value shortcut = resample(layers, x, mode);
    boolean resampled = mode != UNetBlock.Resampling.NONE;
    if (x.channels() != out || (resampled && smooth)) {
      shortcut = layers.conv(name + ".conv_shortcut", shortcut, out, 1, Initializer.XAVIER);
    }
    return shortcut.plus(h).times(1 / scale);
  }

  private Value resample(Layers layers, Value x, UNetBlock.Resampling mode) {
    List<Double> filter = smooth ? SMOOTH_FILTER : SongUNet.BOX_FILTER;
    return switch (mode) {
      case NONE -> x;
      case DOWN -> layers.downsample(x, filter);
      case UP -> layers.upsample(x, filter);
    };
  }
}
