package retort.network;

import java.util.List;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * A small convolutional classifier: 3x3 convolutions, rectifiers and 2x2 pooling, a hidden layer
 * whose activations serve as features of an image, and a linear layer.
 *
 * @param resolution height and width of the images
 * @param imageChannels channels of the images
 * @param labels classes
 * @param widths channels of each convolution; each is followed by pooling
 * @param features width of the hidden layer
 */
public record ConvClassifier(
    int resolution, int imageChannels, int labels, List<Integer> widths, int features) {
  public static final String IMAGE = "image";
  public static final String FEATURES = "features";
  public static final String LOGITS = "logits";

  private static final Initializer RECTIFIED = new Initializer(Math.sqrt(2));

  public ConvClassifier {
    widths = List.copyOf(widths);
    if (imageChannels < 1 || labels < 1 || features < 1 || widths.stream().anyMatch(w -> w < 1)) {
      throw new IllegalArgumentException(
          "a classifier of "
              + imageChannels
              + " channels, convolutions of "
              + widths
              + ", "
              + features
              + " features and "
              + labels
              + " labels: each of these numbers should be at least 1");
    }
    if (widths.isEmpty() || resolution >> widths.size() == 0) {
      throw new IllegalArgumentException(
          widths.size()
              + " convolutions do not fit a resolution of "
              + resolution
              + ": each halves it, so give at least one and at most "
              + (31 - Integer.numberOfLeadingZeros(Math.max(1, resolution))));
    }
  }

  /**
   * Builds the network with fresh weights.
   *
   * <p>Input: {@code image} float32 [N, C, H, W] in [-1, 1]. Outputs: {@code features} [N,
   * features] and {@code logits} [N, labels].
   */
  public Graph build(long seed) {
    GraphBuilder g = new GraphBuilder();
    Layers layers = new Layers(g, WeightSource.INITIAL, seed);
    Value h = g.input(IMAGE, Shape.batch(imageChannels, resolution, resolution));
    for (int i = 0; i < widths.size(); i++) {
      h = layers.conv("conv" + i, h, widths.get(i), 3, RECTIFIED).relu().maxPool2x2();
    }
    h = h.reshape(0, (long) h.channels() * h.height() * h.width());
    Value hidden = layers.linear("hidden", h, features).relu();
    g.output(FEATURES, hidden);
    g.output(LOGITS, layers.linear("classes", hidden, labels));
    return g.build();
  }
}
