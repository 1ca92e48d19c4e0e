package retort.network.features;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.network.ConvClassifier;
import retort.network.WeightSource;

/**
 * The features of photographs: the activations at a trunk's last tap, averaged over the image.
 *
 * @param trunk the network
 * @param height of the images
 * @param width of the images
 */
public record TrunkFeatures(Trunk trunk, int height, int width) implements PublishedFeatures {
  private static final int PUBLISHED_SIZE = 224;

  /** Checks that something is left of the images at the last tap. */
  public TrunkFeatures {
    trunk.requireSize(height, width);
  }

  /** For the images that the trunk was trained on. */
  public TrunkFeatures(Trunk trunk) {
    this(trunk, PUBLISHED_SIZE, PUBLISHED_SIZE);
  }

  @Override
  public String title() {
    return trunk.title();
  }

  @Override
  public TrunkFeatures sized(int newHeight, int newWidth) {
    return new TrunkFeatures(trunk, newHeight, newWidth);
  }

  @Override
  public Graph build(WeightSource source) {
    GraphBuilder g = new GraphBuilder();
    FeatureLayers layers = new FeatureLayers(g, source);
    Value image = g.input(ConvClassifier.IMAGE, Shape.batch(3, height, width));
    List<Value> taps = trunk.taps(layers, layers.standardised(image));
    g.output(ConvClassifier.FEATURES, layers.channelMeans(taps.get(taps.size() - 1)));
    return g.build();
  }

  /** Builds it from the trunk's tensors; those of the classifier behind it do not count. */
  @Override
  public Graph load(Map<String, Tensor> tensors) {
    return PublishedFeatures.super.load(withoutClassifier(tensors));
  }

  /** What is left of a published classifier as a trunk. */
  static Map<String, Tensor> withoutClassifier(Map<String, Tensor> tensors) {
    Map<String, Tensor> trunk = new LinkedHashMap<>(PublishedNames.plain(tensors));
    trunk.keySet().removeIf(name -> name.startsWith("classifier."));
    return trunk;
  }
}
