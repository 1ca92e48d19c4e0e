package retort.network;

import java.util.List;
import java.util.Optional;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * The U-Net of diffusers pipelines without text, {@code UNet2DModel}: the network of Ho et al. 2020
 * (DDPM), and by other arguments those of Dhariwal and Nichol 2021 and Song et al. 2021 (NCSN++).
 *
 * @param inChannels channels of the noisy image
 * @param outChannels channels of the answer
 * @param height of the images
 * @param width of the images
 * @param centersInput whether images come in [0, 1] and are spread to [-1, 1] first
 * @param embedding of timestep and label
 * @param widths channels of each stage; each further stage halves the resolution
 * @param down the stages on the way down
 * @param up the stages on the way up, beginning at the lowest resolution
 * @param layersPerBlock residual blocks a stage on the way down; there is one more on the way up
 * @param resnet the residual block
 * @param headChannels channels of each attention head; 0 for one head
 * @param middle the blocks at the lowest resolution, if there are any
 * @param downsamplePadding rows of zeros above and columns left of an image that a convolution
 *     halves, 0 or 1
 * @param resnetDownsampling whether stages with attention halve by a residual block
 * @param resnetUpsampling whether stages with attention double by a residual block
 */
public record DiffusersUNet(
    int inChannels,
    int outChannels,
    int height,
    int width,
    boolean centersInput,
    DiffusersEmbedding embedding,
    List<Integer> widths,
    List<DiffusersBlock> down,
    List<DiffusersBlock> up,
    int layersPerBlock,
    DiffusersResnet resnet,
    int headChannels,
    Optional<DiffusersMiddle> middle,
    int downsamplePadding,
    boolean resnetDownsampling,
    boolean resnetUpsampling) {
  private static final String CLASS = "UNet2DModel";

  /** What a folder says besides: who wrote it, and how weights were averaged. */
  private static final List<String> NOT_OF_THE_NETWORK =
      List.of(
          "_diffusers_version",
          "_name_or_path",
          "decay",
          "inv_gamma",
          "min_decay",
          "optimization_step",
          "power",
          "update_after_step",
          "use_ema_warmup");

  public DiffusersUNet {
    widths = List.copyOf(widths);
    down = List.copyOf(down);
    up = List.copyOf(up);
    require(inChannels > 0, "in_channels", inChannels, "at least 1");
    require(outChannels > 0, "out_channels", outChannels, "at least 1");
    require(!widths.isEmpty(), "block_out_channels", widths, "the channels of at least one stage");
    require(widths.stream().allMatch(w -> w > 0), "block_out_channels", widths, "positive");
    require(
        down.size() == widths.size() && up.size() == widths.size(),
        "the number of stages down and up",
        down.size() + " and " + up.size(),
        "that of block_out_channels, " + widths.size());
    int halvings = 1 << (widths.size() - 1);
    require(
        height > 0 && width > 0 && height % halvings == 0 && width % halvings == 0,
        "sample_size",
        height + "x" + width,
        "a multiple of " + halvings + ", since each further stage halves it");
    require(layersPerBlock > 0, "layers_per_block", layersPerBlock, "at least 1");
    require(headChannels >= 0, "attention_head_dim", headChannels, "at least 1");
    require(
        downsamplePadding == 0 || downsamplePadding == 1,
        "downsample_padding",
        downsamplePadding,
        "0 or 1");
    int last = widths.size() - 1;
    requireImage(down.subList(0, last), "in_channels", inChannels);
    requireImage(up.subList(0, last), "out_channels", outChannels);
    for (int i = 1; i <= last; i++) {
      requireOrder(up.get(i), up.get(i - 1), "up_block_types");
      if (i < last) {
        requireOrder(down.get(i - 1), down.get(i), "down_block_types");
      }
    }
    boolean needsGroups =
        down.stream().anyMatch(kind -> !kind.skips()) || up.stream().anyMatch(k -> !k.skips());
    require(
        resnet.groups() > 0 || !needsGroups,
        "norm_num_groups",
        "null",
        "a number, unless all stages are of the kinds with Skip in their names");
  }

  /** Stages beside which the image goes down and up are written for three colours. */
  private static void requireImage(List<DiffusersBlock> stages, String what, int channels) {
    require(
        channels == DiffusersStages.SKIP_IMAGE_CHANNELS
            || stages.stream().noneMatch(DiffusersBlock::skips),
        what,
        channels,
        "3, since stages with Skip in their names work on images of three channels");
  }

  /** Beside other stages the image keeps its resolution, so that it no longer fits. */
  private static void requireOrder(DiffusersBlock outer, DiffusersBlock inner, String what) {
    if (inner.skips() && !outer.skips()) {
      throw new IllegalArgumentException(
          what
              + " has a stage with Skip in its name at a lower resolution than one without; these"
              + " should be at the highest resolutions");
    }
  }

  static void require(boolean holds, String what, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + " is " + value + " but should be " + expected);
    }
  }

  /**
   * The network that a {@code config.json} describes.
   *
   * @throws IllegalArgumentException when it describes another network, or none
   */
  public static DiffusersUNet of(Arguments arguments) {
    String name = arguments.text("_class_name", CLASS);
    require(name.equals(CLASS), "the network's _class_name", name, CLASS);
    NOT_OF_THE_NETWORK.forEach(arguments::has);
    List<Integer> widths = arguments.integers("block_out_channels", List.of(224, 448, 672, 896));
    require(!widths.isEmpty(), "block_out_channels", widths, "the channels of at least one stage");
    List<String> down =
        arguments.texts(
            "down_block_types",
            List.of("DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"));
    List<String> up =
        arguments.texts(
            "up_block_types",
            List.of("AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"));
    List<Integer> size =
        arguments.isList("sample_size")
            ? arguments.integers("sample_size", List.of())
            : List.of(arguments.integer("sample_size"));
    require(size.size() == 1 || size.size() == 2, "sample_size", size, "height and width");
    DiffusersMiddle middle = DiffusersMiddle.of(arguments);
    return new DiffusersUNet(
        arguments.integer("in_channels", 3),
        arguments.integer("out_channels", 3),
        size.get(0),
        size.get(size.size() - 1),
        arguments.flag("center_input_sample", false),
        DiffusersEmbedding.of(arguments, widths.get(0)),
        widths,
        down.stream().map(DiffusersBlock::down).toList(),
        up.stream().map(DiffusersBlock::up).toList(),
        arguments.integer("layers_per_block", 2),
        DiffusersResnet.of(arguments),
        arguments.isNull("attention_head_dim") ? 0 : arguments.integer("attention_head_dim", 8),
        arguments.isNull("mid_block_type") ? Optional.empty() : Optional.of(middle),
        arguments.integer("downsample_padding", 1),
        resamplesByResnet(arguments, "downsample_type"),
        resamplesByResnet(arguments, "upsample_type"));
  }

  private static boolean resamplesByResnet(Arguments arguments, String name) {
    String type = arguments.text(name, "conv");
    require(type.equals("conv") || type.equals("resnet"), name, type, "conv or resnet");
    return type.equals("resnet");
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
   * Builds the network with the weights of a published one, under the names of its file; {@link
   * DiffusersNames} translates older ones.
   *
   * @throws retort.graph.GraphException when a weight is missing or of another shape
   */
  public Graph build(WeightSource source) {
    return build(source, 0);
  }

  /**
   * Builds the network.
   *
   * <p>Inputs: {@code x} [N, C, H, W]; {@code noise} [N], the timestep, which may lie between two,
   * or the sigma of a network with Fourier encoding; {@code label} [N, K] as {@link
   * DiffusersEmbedding.Label} says. Outputs: {@code f} [N, outChannels, H, W] and {@code features},
   * the activations after the last stage on the way down. The middle comes after them: it is to
   * this network what the first two decoder blocks are to {@link SongUNet}, so a discriminator sees
   * in both what SiDA's sees, and the middle need not serve it.
   */
  private Graph build(WeightSource source, long seed) {
    GraphBuilder g = new GraphBuilder();
    Layers layers = new Layers(g, source, seed);
    Value x = g.input("x", Shape.batch(inChannels, height, width));
    Value timestep = g.input("noise", Shape.batch());
    Value image = centersInput ? x.times(2).minus(1) : x;
    Value first = layers.conv("conv_in", image, widths.get(0), 3, Initializer.XAVIER);
    Value emb = embedding.apply(g, layers, source, seed, timestep);
    DiffusersScope scope = new DiffusersScope(g, layers, resnet.activate(g, emb));

    DiffusersStages stages = new DiffusersStages(scope, this, first);
    stages.down(image);
    g.output("features", stages.activations());
    middle.ifPresent(stages::middle);
    Optional<Value> besides = stages.up();

    Value h = stages.activations();
    int groups = resnet.groups(h.channels());
    h = layers.groupNorm("conv_norm_out", h, groups, resnet.epsilon()).silu();
    h = layers.conv("conv_out", h, outChannels, 3, Initializer.NEARLY_ZERO);
    Value f = besides.map(h::plus).orElse(h);
    boolean bySigma = embedding.encoding() == DiffusersEmbedding.Encoding.FOURIER;
    g.output("f", bySigma ? f.over(timestep.reshape(-1, 1, 1, 1)) : f);
    return g.build();
  }
}
