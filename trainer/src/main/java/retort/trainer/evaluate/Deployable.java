package retort.trainer.evaluate;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorCard;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.ImageShape;
import retort.denoiser.MetadataKeys;
import retort.graph.DataType;
import retort.graph.Dim;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TensorType;
import retort.graph.Types;
import retort.graph.Value;
import retort.noise.GaussianNoise;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxOutline;
import retort.onnx.OnnxReader;
import retort.sampling.SeededNoise;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;

/**
 * A generator as {@code export} writes it, with sigma fixed and all its steps: its inputs and
 * outputs are those of {@link GeneratorCard}.
 *
 * @param graph gives {@code image} float32 [N, C, H, W] in [-1, 1], whatever the file gives
 * @param shape of one image
 * @param noises how many inputs take noise
 * @param labels K, 0 without the input
 * @param card what the file says of itself
 */
public record Deployable(
    Graph graph, ImageShape shape, int noises, int labels, GeneratorCard card) {

  /**
   * Reads a file.
   *
   * @throws OnnxException when it cannot be read, or holds something else
   */
  public static Deployable read(Path file) {
    OnnxModel model = OnnxReader.read(file);
    try {
      return of(model);
    } catch (OnnxException e) {
      throw new OnnxException(file + ": " + e.getMessage(), e);
    }
  }

  /** Whether a file says that it is one. */
  public static boolean is(Path file) {
    return GeneratorCard.describes(OnnxOutline.read(file).metadata());
  }

  private static Deployable of(OnnxModel model) {
    Graph graph = model.graph();
    Shape noise = graph.input(DenoiserModel.NOISE).map(Graph.Input::shape).orElse(Shape.of());
    Shape label = graph.input(DenoiserModel.LABEL).map(Graph.Input::shape).orElse(Shape.batch(0));
    Set<String> known = new HashSet<>(Set.of(DenoiserModel.LABEL));
    int noises = 0;
    while (graph.input(GeneratorSteps.noiseName(noises)).isPresent()) {
      known.add(GeneratorSteps.noiseName(noises++));
    }
    boolean fits =
        isBatch(noise, 4)
            && isBatch(label, 2)
            && graph.outputs().contains(DenoiserModel.IMAGE)
            && graph.inputs().stream()
                .allMatch(
                    input ->
                        known.contains(input.name())
                            && input.type() == DataType.FLOAT32
                            && (input.name().equals(DenoiserModel.LABEL)
                                || input.shape().equals(noise)));
    if (!fits) {
      throw notDeployable(graph);
    }
    int[] dims = noise.at(1);
    ImageShape shape = new ImageShape(dims[1], dims[2], dims[3]);
    GeneratorCard card = GeneratorCard.of(model.metadata(), shape);
    requireSeeds(card);
    return new Deployable(withRealImages(graph, noise), shape, noises, label.at(1)[1], card);
  }

  private static boolean isBatch(Shape shape, int rank) {
    return shape.rank() == rank
        && shape.dim(0).equals(Dim.BATCH)
        && shape.dims().stream().skip(1).allMatch(Dim::isKnown);
  }

  private static void requireSeeds(GeneratorCard card) {
    String algorithm = card.property(MetadataKeys.SEED_ALGORITHM).orElse(GaussianNoise.ALGORITHM);
    if (!algorithm.equals(GaussianNoise.ALGORITHM)) {
      throw new OnnxException(
          "makes noise from seeds by '%s' but this Retort knows '%s'; update Retort to evaluate it"
              .formatted(algorithm, GaussianNoise.ALGORITHM));
    }
  }

  /** Grey levels become the values they stand for. */
  private static Graph withRealImages(Graph graph, Shape noise) {
    TensorType type = Types.of(graph).type(DenoiserModel.IMAGE);
    if (type.equals(new TensorType(DataType.FLOAT32, noise))) {
      return graph.withOutputs(List.of(DenoiserModel.IMAGE));
    }
    Shape pixels = new Shape(List.of(noise.dim(0), noise.dim(2), noise.dim(3), noise.dim(1)));
    if (!type.equals(new TensorType(DataType.UINT8, pixels))) {
      throw notDeployable(graph);
    }
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments = new TreeMap<>();
    for (Graph.Input input : graph.inputs()) {
      arguments.put(input.name(), g.input(input.name(), input.shape()));
    }
    Value levels = Objects.requireNonNull(g.call(graph, "", arguments).get(DenoiserModel.IMAGE));
    g.output(DenoiserModel.IMAGE, levels.toFloat().transpose(0, 3, 1, 2).over(127.5).minus(1));
    return g.build();
  }

  private static OnnxException notDeployable(Graph graph) {
    return new OnnxException(
        "is no deployable: it takes "
            + graph.inputs().stream().map(i -> i.name() + " " + i.type() + i.shape()).toList()
            + " and gives "
            + graph.outputs()
            + ", but noise float32 [N, C, H, W], perhaps label float32 [N, K], and image uint8 [N,"
            + " H, W, C] or float32 [N, C, H, W] are expected; export the generator again");
  }

  /** What makes its images, in the engine like every other graph. */
  public ImageSource source(Torch torch) {
    Program program = torch.compile(graph);
    NetworkWeights weights = torch.weights(graph);
    return new ImageSource(
        shape,
        (noise, oneHot, seeds) ->
            Objects.requireNonNull(
                    program
                        .compute(arguments(noise, oneHot, seeds), weights.frozen())
                        .get(DenoiserModel.IMAGE))
                .floats());
  }

  /** Stream i of a seed is the noise of input i, as {@link SeededNoise} draws it. */
  private Map<String, Tensor> arguments(float[] noise, float[] oneHot, long[] seeds) {
    int n = seeds.length;
    int[] dims = {n, shape.channels(), shape.height(), shape.width()};
    Map<String, Tensor> arguments = new HashMap<>();
    arguments.put(DenoiserModel.NOISE, Tensor.floats(dims, noise));
    arguments.put(DenoiserModel.LABEL, Tensor.floats(new int[] {n, labels}, oneHot));
    SeededNoise further = new SeededNoise(seeds);
    for (int i = 1; i < noises; i++) {
      double[] drawn = further.draw(i - 1, noise.length);
      arguments.put(GeneratorSteps.noiseName(i), Tensor.reals(DataType.FLOAT32, dims, drawn));
    }
    return arguments;
  }
}
