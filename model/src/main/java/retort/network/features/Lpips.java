package retort.network.features;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import retort.denoiser.MetadataKeys;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.GraphException;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.network.ConvClassifier;
import retort.network.PublishedWeights;
import retort.network.WeightSource;
import retort.onnx.OnnxModel;

/**
 * The learnt perceptual distance of two images, LPIPS (Zhang et al. 2018, equation 1): at each tap
 * of a trunk both images' activations are brought to length 1 over the channels, and the weighted
 * squares of their difference are averaged over the image; the distances of all taps add up.
 *
 * <p>The graph has the inputs {@code image} and {@code reference}, float32 [N, 3, H, W] in [-1, 1],
 * and the output {@code distance} [N]. Gradients flow to both images, and are 0 where all
 * activations of a pixel are.
 *
 * @param trunk the network whose activations are compared
 * @param version of the published linear layers
 * @param height of the images
 * @param width of the images
 * @param resizedTo height and width that images are brought to first by bilinear interpolation, 224
 *     for the regression loss of DMD (Yin et al. 2024); 0 to compare them as they are
 */
public record Lpips(Trunk trunk, Version version, int height, int width, int resizedTo) {
  /** The output. */
  public static final String DISTANCE = "distance";

  /** The other input. */
  public static final String REFERENCE = "reference";

  private static final int DEFAULT_SIZE = 64;
  private static final double EPSILON = 1e-10;

  /** Which release of the linear layers; their files do not say. */
  public enum Version {
    /** Of the first preprint: images enter the trunk in [-1, 1]. */
    V0_0,
    /** The one in use: images enter the trunk as it was trained on them. */
    V0_1
  }

  /** Checks that something is left of the images at the last tap. */
  public Lpips {
    if (height < 1 || width < 1 || resizedTo < 0) {
      throw new IllegalArgumentException(
          "images of %dx%d, resized to %d: give at least 1x1, and a size or 0 for none"
              .formatted(height, width, resizedTo));
    }
    trunk.requireSize(resizedTo == 0 ? height : resizedTo, resizedTo == 0 ? width : resizedTo);
  }

  /** Version 0.1 for images of 64x64. */
  public Lpips(Trunk trunk) {
    this(trunk, Version.V0_1, DEFAULT_SIZE, DEFAULT_SIZE, 0);
  }

  /**
   * The distance that linear layers belong to, told from their names and shapes alone; as for
   * {@link #Lpips(Trunk)}.
   *
   * @param tensors of a file, by the names there; those of a trunk may be among them
   */
  public static Optional<Lpips> recognise(Map<String, Tensor> tensors) {
    Map<String, Tensor> plain = PublishedNames.plain(tensors);
    List<Integer> channels = new ArrayList<>();
    for (Tensor weight = plain.get(linear(0) + ".weight");
        weight != null && weight.rank() == 4;
        weight = plain.get(linear(channels.size()) + ".weight")) {
      channels.add(weight.dim(1));
    }
    return Trunk.withChannels(channels).map(Lpips::new);
  }

  private static String linear(int k) {
    return "lin" + k + ".model.1";
  }

  /**
   * The same distance between other images.
   *
   * @throws IllegalArgumentException when they are too small and are not enlarged: {@link
   *     #resizedTo(int)} comes first
   */
  public Lpips sized(int newHeight, int newWidth) {
    return new Lpips(trunk, version, newHeight, newWidth, resizedTo);
  }

  /** The same distance, for which images are brought to another size first. */
  public Lpips resizedTo(int size) {
    return new Lpips(trunk, version, height, width, size);
  }

  /** The same distance with another release's linear layers. */
  public Lpips of(Version other) {
    return new Lpips(trunk, other, height, width, resizedTo);
  }

  /**
   * Builds the graph.
   *
   * @throws GraphException when a weight is missing or of another shape
   */
  public Graph build(WeightSource source) {
    GraphBuilder g = new GraphBuilder();
    FeatureLayers layers = new FeatureLayers(g, source);
    List<Value> taps = taps(layers, g.input(ConvClassifier.IMAGE, Shape.batch(3, height, width)));
    List<Value> others = taps(layers, g.input(REFERENCE, Shape.batch(3, height, width)));
    Value distance =
        IntStream.range(0, taps.size())
            .mapToObj(k -> tapDistance(layers, k, taps.get(k).minus(others.get(k))))
            .reduce((sum, next) -> sum.plus(next))
            .orElseThrow();
    g.output(DISTANCE, distance.reshape(-1));
    return g.build();
  }

  /** {@code [N, 1, 1, 1]}. */
  private static Value tapDistance(FeatureLayers layers, int k, Value difference) {
    return layers.channelSum(linear(k), difference.squared()).mean(2, 3);
  }

  private List<Value> taps(FeatureLayers layers, Value image) {
    Value x = image;
    if (resizedTo > 0 && (height != resizedTo || width != resizedTo)) {
      x = layers.resized(x, resizedTo, resizedTo);
    }
    if (version == Version.V0_1) {
      x = layers.standardised(x);
    }
    return trunk.taps(layers, x).stream().map(tap -> layers.unitLength(tap, EPSILON)).toList();
  }

  /**
   * Builds the graph with the tensors of published files.
   *
   * @param trunkTensors of the classifier that is the trunk; its last layers do not count
   * @param linearTensors of the linear layers; if they come with the trunk, the same once more
   * @throws GraphException when a tensor is missing, of another shape, or has no place
   */
  public Graph load(Map<String, Tensor> trunkTensors, Map<String, Tensor> linearTensors) {
    Map<String, Tensor> tensors = TrunkFeatures.withoutClassifier(trunkTensors);
    Trunk given =
        Trunk.recognise(tensors)
            .orElseThrow(
                () ->
                    new GraphException(
                        "the linear layers are for "
                            + trunk
                            + ", but the other tensors are of no known trunk; pass torchvision's "
                            + trunk));
    if (given != trunk) {
      throw new GraphException(
          "the linear layers are for %s but the trunk is %s; pass torchvision's %s or the linear layers for %s"
              .formatted(trunk, given, trunk, given));
    }
    Map<String, Tensor> all = new LinkedHashMap<>(tensors);
    all.putAll(TrunkFeatures.withoutClassifier(linearTensors));
    PublishedWeights weights = new PublishedWeights(all);
    Graph graph = build(weights);
    weights.requireAllTaken(List.of());
    return graph;
  }

  /** The distance with the tensors of published files, as it is written to one. */
  public OnnxModel model(Map<String, Tensor> trunkTensors, Map<String, Tensor> linearTensors) {
    return OnnxModel.of(
        load(trunkTensors, linearTensors), Map.of(MetadataKeys.KIND, MetadataKeys.DISTANCE));
  }
}
