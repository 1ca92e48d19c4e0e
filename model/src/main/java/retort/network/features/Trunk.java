package retort.network.features;

import static retort.network.features.TrunkLayer.RELU;
import static retort.network.features.TrunkLayer.conv;
import static retort.network.features.TrunkLayer.fire;
import static retort.network.features.TrunkLayer.pool;
import static retort.network.features.TrunkLayer.poolOverBorder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import retort.graph.DataType;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.network.WeightSource;

/**
 * The convolutions of a classifier trained on ImageNet, under torchvision's names: {@code
 * features.N.weight}. Its activations at several depths, the taps, are what images are compared by.
 */
public final class Trunk {
  private static final int POOL = 0;

  /** VGG16 without batch normalisation (Simonyan and Zisserman 2015). */
  public static final Trunk VGG16 =
      new Trunk(
          "VGG16",
          16,
          List.of(3, 8, 15, 22, 29),
          vgg(
              64, 64, POOL, 128, 128, POOL, 256, 256, 256, POOL, 512, 512, 512, POOL, 512, 512,
              512));

  /** AlexNet in its form of one column (Krizhevsky 2014). */
  public static final Trunk ALEXNET =
      new Trunk(
          "AlexNet",
          31,
          List.of(1, 4, 7, 9, 11),
          List.of(
              conv(64, 11, 4, 2),
              RELU,
              pool(3),
              conv(192, 5),
              RELU,
              pool(3),
              conv(384, 3),
              RELU,
              conv(256, 3),
              RELU,
              conv(256, 3),
              RELU));

  /** SqueezeNet 1.0 (Iandola et al. 2016). */
  public static final Trunk SQUEEZENET_1_0 =
      new Trunk(
          "SqueezeNet 1.0",
          29,
          List.of(1, 4, 7, 8, 9, 10, 12),
          List.of(
              conv(96, 7, 2, 0),
              RELU,
              poolOverBorder(),
              fire(16, 64),
              fire(16, 64),
              fire(32, 128),
              poolOverBorder(),
              fire(32, 128),
              fire(48, 192),
              fire(48, 192),
              fire(64, 256),
              poolOverBorder(),
              fire(64, 256)));

  /** SqueezeNet 1.1, which needs fewer operations and is the one that LPIPS uses. */
  public static final Trunk SQUEEZENET_1_1 =
      new Trunk(
          "SqueezeNet 1.1",
          25,
          List.of(1, 4, 7, 9, 10, 11, 12),
          List.of(
              conv(64, 3, 2, 0),
              RELU,
              poolOverBorder(),
              fire(16, 64),
              fire(16, 64),
              poolOverBorder(),
              fire(32, 128),
              fire(32, 128),
              poolOverBorder(),
              fire(48, 192),
              fire(48, 192),
              fire(64, 256),
              fire(64, 256)));

  private static final List<Trunk> ALL = List.of(VGG16, ALEXNET, SQUEEZENET_1_0, SQUEEZENET_1_1);
  private static final String FIRST = "features.0.weight";
  private static final Pattern PLACE = Pattern.compile("features\\.(\\d{1,4})\\..*");

  private final String title;
  private final int smallest;
  private final List<Integer> taps;
  private final List<TrunkLayer> layers;

  /**
   * A sequence of layers.
   *
   * @param smallest height and width of the smallest image that reaches the last tap
   * @param taps the places of the layers whose results count
   */
  Trunk(String title, int smallest, List<Integer> taps, List<TrunkLayer> layers) {
    this.title = title;
    this.smallest = smallest;
    this.taps = taps;
    this.layers = layers;
  }

  private static List<TrunkLayer> vgg(int... widths) {
    return Arrays.stream(widths)
        .mapToObj(width -> width == POOL ? List.of(pool(2)) : List.of(conv(width, 3), RELU))
        .flatMap(List::stream)
        .toList();
  }

  /** The trunk whose tensors these are: by the first convolution's shape and the last's place. */
  static Optional<Trunk> recognise(Map<String, Tensor> tensors) {
    Tensor first = tensors.get(FIRST);
    return first == null
        ? Optional.empty()
        : ALL.stream().filter(trunk -> trunk.fits(first, lastPlace(tensors))).findFirst();
  }

  private boolean fits(Tensor first, int lastPlace) {
    Map<String, Tensor> weights = weights();
    int[] expected = Objects.requireNonNull(weights.get(FIRST)).shape();
    return lastPlace == lastPlace(weights) && Arrays.equals(first.shape(), expected);
  }

  /** The trunk whose taps have these channels. */
  static Optional<Trunk> withChannels(List<Integer> channels) {
    return ALL.stream().filter(trunk -> trunk.channels().equals(channels)).findFirst();
  }

  /** What people call it. */
  public String title() {
    return title;
  }

  /** The activations at each tap of images {@code [N, 3, H, W]} in the range it was trained on. */
  List<Value> taps(FeatureLayers weights, Value image) {
    List<Value> results = new ArrayList<>();
    Value h = image;
    for (int place = 0; place < layers.size(); place++) {
      h = layers.get(place).apply(weights, "features." + place, h);
      if (taps.contains(place)) {
        results.add(h);
      }
    }
    return results;
  }

  /** Channels of each tap. */
  List<Integer> channels() {
    return outline(new LinkedHashMap<>()).stream().map(Value::channels).toList();
  }

  /**
   * Refuses images of which nothing is left at the last tap.
   *
   * @throws IllegalArgumentException when they are too small
   */
  void requireSize(int height, int width) {
    if (Math.min(height, width) < smallest) {
      throw new IllegalArgumentException(
          "images of %dx%d are too small for %s, which needs at least %dx%d; enlarge them first, or choose another network"
              .formatted(height, width, title, smallest, smallest));
    }
  }

  /** Its weights without values, by name. */
  private Map<String, Tensor> weights() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    outline(weights);
    return weights;
  }

  private List<Value> outline(Map<String, Tensor> weights) {
    GraphBuilder g = new GraphBuilder();
    WeightSource noValues =
        (name, shape, initial) -> {
          Tensor tensor = Tensor.stored(DataType.FLOAT32, shape, () -> initial.get().floats());
          weights.put(name, tensor);
          return tensor;
        };
    return taps(
        new FeatureLayers(g, noValues), g.input("image", Shape.batch(3, smallest, smallest)));
  }

  private static int lastPlace(Map<String, Tensor> tensors) {
    return tensors.keySet().stream()
        .map(PLACE::matcher)
        .filter(Matcher::matches)
        .mapToInt(place -> Integer.parseInt(place.group(1)))
        .max()
        .orElse(-1);
  }

  @Override
  public String toString() {
    return title;
  }
}
