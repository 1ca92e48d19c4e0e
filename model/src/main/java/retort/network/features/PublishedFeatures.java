package retort.network.features;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.denoiser.MetadataKeys;
import retort.graph.Graph;
import retort.graph.GraphException;
import retort.graph.Tensor;
import retort.network.PublishedWeights;
import retort.network.WeightSource;
import retort.onnx.OnnxModel;

/**
 * A published network of one image. Its graph has the input {@code image} float32 [N, 3, H, W] in
 * [-1, 1], whatever range the network was trained on, and the output {@code features} [N, F];
 * classifiers of the images meant have {@code logits} [N, K] as well.
 */
public sealed interface PublishedFeatures permits CifarResNet, TrunkFeatures {

  /**
   * The network that tensors belong to, told from their names and shapes alone. A trunk gets images
   * of 224x224; {@link #sized} changes that.
   *
   * @param tensors of a file, by the names there
   */
  static Optional<PublishedFeatures> recognise(Map<String, Tensor> tensors) {
    Map<String, Tensor> plain = PublishedNames.plain(tensors);
    return CifarResNet.recognise(plain)
        .<PublishedFeatures>map(network -> network)
        .or(() -> Trunk.recognise(plain).map(TrunkFeatures::new));
  }

  /** What people call it. */
  String title();

  /**
   * The same network for images of another size.
   *
   * @throws IllegalArgumentException when it cannot take these
   */
  PublishedFeatures sized(int height, int width);

  /**
   * Builds the network.
   *
   * @throws GraphException when a weight is missing or of another shape
   */
  Graph build(WeightSource source);

  /**
   * Builds the network with the tensors of a file. The prefix {@code module.} and the tensors
   * {@code num_batches_tracked} do not count.
   *
   * @param tensors by the names in the file
   * @throws GraphException when a tensor is missing, of another shape, or has no place
   */
  default Graph load(Map<String, Tensor> tensors) {
    PublishedWeights weights = new PublishedWeights(PublishedNames.plain(tensors));
    Graph graph = build(weights);
    weights.requireAllTaken(List.of());
    return graph;
  }

  /** The network with the tensors of a file, as it is written to one. */
  default OnnxModel model(Map<String, Tensor> tensors) {
    return OnnxModel.of(load(tensors), Map.of(MetadataKeys.KIND, MetadataKeys.FEATURES));
  }
}
