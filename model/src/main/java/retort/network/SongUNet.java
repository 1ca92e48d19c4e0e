package retort.network;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import retort.graph.Graph;

/**
 * The U-Net of Song et al. 2021, as Karras et al. 2022 train it: residual blocks with attention at
 * chosen resolutions. DDPM++ and NCSN++ are two settings of it.
 *
 * @param plan what it shares with {@link DhariwalUNet}
 * @param embedding how the network is told the noise level
 * @param channelMultNoise width of the noise embedding as a multiple of the model channels
 * @param encoder whether the image goes down beside the blocks
 * @param decoder whether each level adds to the result
 * @param resampleFilter the separable filter of up- and downsampling
 */
public record SongUNet(
    UNetPlan plan,
    Embedding embedding,
    int channelMultNoise,
    Encoder encoder,
    Decoder decoder,
    List<Double> resampleFilter)
    implements EdmUNet {
  /** The filter of DDPM++: 2x2 averages down, nearest neighbours up. */
  public static final List<Double> BOX_FILTER = List.of(1.0, 1.0);

  /** The filter of NCSN++. */
  public static final List<Double> SMOOTHING_FILTER = List.of(1.0, 3.0, 3.0, 1.0);

  private static final UNetPlan DEFAULTS =
      new UNetPlan(32, 3, 3, 0, 0, 128, List.of(1, 2, 2, 2), 4, 4, Set.of(16), 0.1, 0);

  /** How the network is told the noise level. */
  public enum Embedding {
    /** Sines and cosines at frequencies from 1 to 1/10000. */
    POSITIONAL,
    /** Sines and cosines at random frequencies, which are kept with the weights. */
    FOURIER,
    /** Not at all: zeros, for a network that is no denoiser but a regression. */
    ZERO
  }

  /** Whether the image goes down beside the blocks. */
  public enum Encoder {
    /** It does not. */
    STANDARD,
    /** Each level adds the image, halved once more, through a 1x1 convolution. */
    SKIP,
    /** Each level adds its predecessor's sum, halved by a 3x3 convolution. */
    RESIDUAL
  }

  /** Whether each level adds to the result. */
  public enum Decoder {
    /** Only the last level makes it. */
    STANDARD,
    /** Each level adds to the sum of those below, doubled in size. */
    SKIP
  }

  public SongUNet {
    resampleFilter = List.copyOf(resampleFilter);
    UNetPlan.requireMultiple(
        "the noise embedding's multiplier", channelMultNoise, plan.modelChannels());
    boolean resamples = plan.levels() > 1;
    double sum = resampleFilter.stream().mapToDouble(Double::doubleValue).sum();
    UNetPlan.require(
        !resampleFilter.isEmpty() && (!resamples || resampleFilter.size() % 2 == 0),
        "the resampling filter",
        resampleFilter,
        "of even length, or down and up would not meet");
    UNetPlan.require(
        Math.abs(sum) > 0 && Double.isFinite(sum),
        "the resampling filter",
        resampleFilter,
        "numbers whose sum is not 0");
  }

  /** DDPM++: positional embedding, averaging and nearest neighbours. */
  public static SongUNet ddpmpp(UNetPlan plan) {
    return new SongUNet(
        plan, Embedding.POSITIONAL, 1, Encoder.STANDARD, Decoder.STANDARD, BOX_FILTER);
  }

  /** NCSN++: Fourier embedding, a residual image pyramid, smooth resampling. */
  public static SongUNet ncsnpp(UNetPlan plan) {
    return new SongUNet(
        plan, Embedding.FOURIER, 2, Encoder.RESIDUAL, Decoder.STANDARD, SMOOTHING_FILTER);
  }

  /**
   * DDPM++ for images that it returns with as many channels, without label dropout; the parameters
   * are those of {@link UNetPlan}.
   */
  public static SongUNet ddpmpp(
      int resolution,
      int imageChannels,
      int labelDim,
      int augmentDim,
      int modelChannels,
      List<Integer> channelMult,
      int channelMultEmb,
      int numBlocks,
      Set<Integer> attnResolutions,
      double dropout) {
    return ddpmpp(
        new UNetPlan(
            resolution,
            imageChannels,
            imageChannels,
            labelDim,
            augmentDim,
            modelChannels,
            channelMult,
            channelMultEmb,
            numBlocks,
            attnResolutions,
            dropout,
            0));
  }

  /** The network of the CIFAR-10 teachers: 32x32x3, 128 channels, multipliers 2-2-2, 4 blocks. */
  public static SongUNet cifar10(int labelDim) {
    return ddpmpp(32, 3, labelDim, 9, 128, List.of(2, 2, 2), 4, 4, Set.of(16), 0.13);
  }

  /**
   * The network of published arguments, which default as published.
   *
   * @throws IllegalArgumentException when an argument gives no network
   */
  public static SongUNet of(Arguments arguments) {
    return new SongUNet(
        UNetPlan.of(arguments, DEFAULTS),
        choice(arguments, "embedding_type", Embedding.POSITIONAL),
        arguments.integer("channel_mult_noise", 1),
        choice(arguments, "encoder_type", Encoder.STANDARD),
        choice(arguments, "decoder_type", Decoder.STANDARD),
        arguments.decimals("resample_filter", BOX_FILTER));
  }

  private static <E extends Enum<E>> E choice(Arguments arguments, String name, E otherwise) {
    Class<E> type = otherwise.getDeclaringClass();
    String chosen = arguments.text(name, word(otherwise));
    for (E constant : type.getEnumConstants()) {
      if (word(constant).equals(chosen)) {
        return constant;
      }
    }
    List<String> words = List.of(type.getEnumConstants()).stream().map(SongUNet::word).toList();
    throw new IllegalArgumentException(
        name + " is '" + chosen + "' but should be one of " + String.join(", ", words));
  }

  /** The published word for a choice. */
  static String word(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public SongUNet withOutChannels(int channels) {
    return new SongUNet(
        plan.withOutChannels(channels),
        embedding,
        channelMultNoise,
        encoder,
        decoder,
        resampleFilter);
  }

  @Override
  public Graph build(WeightSource source, long seed) {
    return new SongGraph(this, source, seed).build();
  }
}
