package retort.trainer.evaluate;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import retort.denoiser.ImageShape;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.Types;
import retort.network.ConvClassifier;
import retort.onnx.OnnxException;
import retort.onnx.OnnxReader;
import retort.statistics.FeatureRows;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;

/**
 * A feature network in ONNX: an input {@code image} float32 [N, C, H, W] in [-1, 1], an output
 * {@code features} [N, F], and perhaps {@code logits} [N, K] of the labels that images have.
 */
final class GraphExtractor implements Extractor {
  private final Path file;
  private final Program program;
  private final NetworkWeights weights;
  private final ImageShape shape;

  private GraphExtractor(Torch torch, Path file, Graph graph) {
    this.file = file;
    this.program = torch.compile(graph);
    this.weights = torch.weights(graph);
    int[] dims = graph.input(ConvClassifier.IMAGE).orElseThrow().shape().at(1);
    this.shape = new ImageShape(dims[1], dims[2], dims[3]);
  }

  /**
   * Reads a file.
   *
   * @throws OnnxException when it cannot be read, or has not the inputs and outputs above
   */
  static GraphExtractor read(Torch torch, Path file) {
    Graph graph = OnnxReader.read(file).graph();
    boolean fits =
        graph.inputs().size() == 1
            && graph.input(ConvClassifier.IMAGE).isPresent()
            && graph.inputs().get(0).shape().rank() == 4
            && graph.outputs().contains(ConvClassifier.FEATURES)
            && Types.of(graph).type(ConvClassifier.FEATURES).shape().rank() == 2;
    if (!fits) {
      throw new OnnxException(
          file
              + ": is no feature network: it has inputs "
              + graph.inputs().stream().map(Graph.Input::name).toList()
              + " and outputs "
              + graph.outputs()
              + ", but one input image [N, C, H, W] and an output features [N, F] are expected");
    }
    return new GraphExtractor(torch, file, DropoutRemoval.remove(graph));
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public boolean labelsImages() {
    return true;
  }

  @Override
  public FeatureBatch extract(byte[] levels, int count) {
    Tensor image =
        Tensor.floats(
            new int[] {count, shape.channels(), shape.height(), shape.width()},
            GreyLevels.signed(levels));
    Map<String, Tensor> results =
        program.compute(Map.of(ConvClassifier.IMAGE, image), weights.frozen());
    return new FeatureBatch(
        rows(Objects.requireNonNull(results.get(ConvClassifier.FEATURES)), count),
        Optional.ofNullable(results.get(ConvClassifier.LOGITS)).map(logits -> rows(logits, count)));
  }

  private FeatureRows rows(Tensor matrix, int count) {
    if (matrix.shape().length != 2 || matrix.dim(0) != count || matrix.dim(1) == 0) {
      throw new OnnxException(
          "%s: returns %s for %d images, but features and logits [%d, F] are expected"
              .formatted(file, matrix, count, count));
    }
    return new FeatureRows(matrix.floats(), matrix.dim(1));
  }
}
