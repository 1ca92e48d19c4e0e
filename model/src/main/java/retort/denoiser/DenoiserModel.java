package retort.denoiser;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import retort.graph.DataType;
import retort.graph.Dim;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.GraphException;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Types;
import retort.graph.Value;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxReader;
import retort.onnx.OnnxWriter;

/**
 * A denoiser as a file holds it: the graph, and what must be known to use it.
 *
 * <p>Inputs of the graph: {@code noisy} float32 [N, C, H, W], {@code sigma} float32 [N], optional
 * {@code label} float32 [N, K] (one-hot, any mix; zeros mean unconditional), optional {@code
 * augment} float32 [N, A], further named conditioning. Outputs: {@code denoised} and optional
 * {@code features} and {@code logvar} [N, 1, 1, 1].
 *
 * @param graph the network with its preconditioning
 * @param sigmaData standard deviation of the images it was trained on
 * @param labelNames a name for each of the K labels; empty for an unconditional denoiser
 * @param properties everything else the file says of itself, by full key
 */
public record DenoiserModel(
    Graph graph, double sigmaData, List<String> labelNames, Map<String, String> properties) {
  public static final String NOISY = "noisy";
  public static final String SIGMA = "sigma";
  public static final String LABEL = "label";
  public static final String AUGMENT = "augment";
  public static final String DENOISED = "denoised";
  public static final String FEATURES = "features";

  /** How uncertain the denoiser is: the log variance of its error, [N, 1, 1, 1]. */
  public static final String LOGVAR = "logvar";

  /** Input and output of a generator. */
  public static final String NOISE = "noise";

  public static final String IMAGE = "image";

  public DenoiserModel {
    labelNames = List.copyOf(labelNames);
    properties = Map.copyOf(properties);
    requireSignature(graph);
    if (!(sigmaData > 0 && Double.isFinite(sigmaData))) {
      throw new OnnxException(
          "sigma_data is " + sigmaData + " but must be a positive standard deviation");
    }
    int labels = graph.input(LABEL).map(input -> (int) input.shape().dim(1).constant()).orElse(0);
    if (labelNames.size() != labels) {
      throw new OnnxException(
          "the network takes " + labels + " labels but " + labelNames.size() + " names are given");
    }
  }

  private static void requireSignature(Graph graph) {
    Graph.Input noisy = require(graph, NOISY, "the noisy images, float32 [N, C, H, W]");
    Graph.Input sigma = require(graph, SIGMA, "the noise levels, float32 [N]");
    Shape shape = noisy.shape();
    if (!isBatchOf(noisy, 3) || !isBatchOf(sigma, 0)) {
      throw new OnnxException(
          "not a denoiser: noisy is "
              + noisy.type()
              + shape
              + " and sigma is "
              + sigma.type()
              + sigma.shape()
              + ", but float32 [N, C, H, W] and float32 [N] are expected");
    }
    for (String name : List.of(LABEL, AUGMENT)) {
      graph
          .input(name)
          .filter(input -> !isBatchOf(input, 1))
          .ifPresent(
              input -> {
                throw new OnnxException(
                    "not a denoiser: "
                        + name
                        + " is "
                        + input.type()
                        + input.shape()
                        + ", but float32 [N, K] is expected");
              });
    }
    if (!graph.outputs().contains(DENOISED)) {
      throw new OnnxException(
          "not a denoiser: its outputs are "
              + graph.outputs()
              + ", and '"
              + DENOISED
              + "' is not among them");
    }
    Shape denoised = Types.of(graph).type(DENOISED).shape();
    if (!denoised.equals(shape)) {
      throw new OnnxException(
          "not a denoiser: denoised is "
              + denoised
              + " but noisy is "
              + shape
              + "; both must agree");
    }
  }

  /** Whether an input is float32 [N, ...] with {@code known} dimensions after the batch. */
  private static boolean isBatchOf(Graph.Input input, int known) {
    List<Dim> dims = input.shape().dims();
    return input.type() == DataType.FLOAT32
        && dims.size() == known + 1
        && dims.get(0).equals(Dim.BATCH)
        && dims.stream().skip(1).allMatch(Dim::isKnown);
  }

  private static Graph.Input require(Graph graph, String name, String what) {
    return graph
        .input(name)
        .orElseThrow(
            () ->
                new OnnxException(
                    "not a denoiser: it has no input '"
                        + name
                        + "' ("
                        + what
                        + "); its inputs are "
                        + graph.inputs().stream().map(Graph.Input::name).toList()));
  }

  /** Shape of the images. */
  public ImageShape imageShape() {
    int[] dims = graph.input(NOISY).orElseThrow().shape().at(1);
    return new ImageShape(dims[1], dims[2], dims[3]);
  }

  /** The noise levels that the denoiser was made for, which a sampler stays within. */
  public SigmaRange sigmaRange() {
    return SigmaRange.of(properties);
  }

  /** How many labels the denoiser is conditioned on; 0 for an unconditional one. */
  public int labels() {
    return labelNames.size();
  }

  /** How many augmentation labels the denoiser takes; 0 for none. */
  public int augmentLabels() {
    return graph
        .input(AUGMENT)
        .map(input -> Math.toIntExact(input.shape().dim(1).constant()))
        .orElse(0);
  }

  /** The same model with other weights, as {@link Graph#withWeights}. */
  public DenoiserModel withWeights(Map<String, Tensor> weights) {
    return new DenoiserModel(graph.withWeights(weights), sigmaData, labelNames, properties);
  }

  /**
   * The same model with the parameters of another.
   *
   * @param file where the other was read from, for the message
   * @throws OnnxException when the other has another architecture
   */
  public DenoiserModel withWeightsOf(DenoiserModel other, Path file) {
    Map<String, Tensor> weights = other.graph.parameters();
    if (!weights.keySet().equals(graph.parameters().keySet())) {
      throw new OnnxException(
          file
              + ": its weights have other names than the network's; pass a file of the same"
              + " architecture");
    }
    try {
      return withWeights(weights);
    } catch (GraphException e) {
      throw new OnnxException(file + ": " + e.getMessage(), e);
    }
  }

  /** The same model without the output {@code logvar}, which no generator has. */
  public DenoiserModel withoutLogvar() {
    List<String> outputs = graph.outputs().stream().filter(name -> !name.equals(LOGVAR)).toList();
    return new DenoiserModel(graph.withOutputs(outputs), sigmaData, labelNames, properties);
  }

  /** The same model, saying more of itself. */
  public DenoiserModel withProperties(Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(properties);
    all.putAll(more);
    return new DenoiserModel(graph, sigmaData, labelNames, all);
  }

  /** A property, where the file has it. */
  public Optional<String> property(String key) {
    return Optional.ofNullable(properties.get(key));
  }

  /**
   * The one-step generator {@code G(noise, label) = D(sigmaInit * noise; sigmaInit, label)}, with
   * augmentation labels 0: a graph from {@code noise} [N, C, H, W] and {@code label} to {@code
   * image}, float32 [N, C, H, W].
   */
  public Graph generator(double sigmaInit) {
    return generator(GeneratorSteps.one(sigmaInit));
  }

  /**
   * The generator of several steps, one after the other in one graph. Steps that add noise take it
   * from further inputs {@code noise_1}, {@code noise_2}, ... [N, C, H, W].
   */
  public Graph generator(GeneratorSteps steps) {
    return GeneratorGraph.of(this, steps);
  }

  /** How this denoiser generates; empty for a teacher. */
  public Optional<GeneratorSteps> generatorSteps() {
    return GeneratorSteps.of(properties);
  }

  /** The augmentation labels of an image that was not augmented, for any batch: [1, A] zeros. */
  public Value noAugmentation(GraphBuilder g) {
    return g.constant(Tensor.floats(new int[] {1, augmentLabels()}, new float[augmentLabels()]));
  }

  /**
   * Reads a denoiser from an ONNX file.
   *
   * @throws OnnxException when the file cannot be read, or is no denoiser
   */
  public static DenoiserModel read(Path file) {
    OnnxModel model = OnnxReader.read(file);
    try {
      return of(model);
    } catch (OnnxException e) {
      throw new OnnxException(file + ": " + e.getMessage(), e);
    }
  }

  private static DenoiserModel of(OnnxModel model) {
    SortedMap<String, String> metadata = new TreeMap<>(model.metadata());
    Graph graph = model.graph();
    requireSignature(graph);
    int labels =
        graph.input(LABEL).map(input -> Math.toIntExact(input.shape().dim(1).constant())).orElse(0);
    List<String> names = new ArrayList<>();
    String named = metadata.remove(MetadataKeys.LABEL_NAMES);
    if (named != null && !named.isEmpty()) {
      names.addAll(Arrays.asList(named.split("\n", -1)));
    } else {
      for (int i = 0; i < labels; i++) {
        names.add(Integer.toString(i));
      }
    }
    metadata.remove(MetadataKeys.KIND);
    String sigmaData = metadata.remove(MetadataKeys.SIGMA_DATA);
    try {
      return new DenoiserModel(
          graph, sigmaData == null ? 0.5 : Double.parseDouble(sigmaData), names, metadata);
    } catch (NumberFormatException e) {
      throw new OnnxException(
          "metadata " + MetadataKeys.SIGMA_DATA + " is '" + sigmaData + "', no number", e);
    }
  }

  /** Writes the denoiser to an ONNX file, replacing it in one move. */
  public void write(Path file) {
    SortedMap<String, String> metadata = new TreeMap<>(properties);
    metadata.put(MetadataKeys.KIND, MetadataKeys.DENOISER);
    metadata.put(MetadataKeys.SIGMA_DATA, Double.toString(sigmaData));
    if (!labelNames.isEmpty()) {
      metadata.put(MetadataKeys.LABEL_NAMES, String.join("\n", labelNames));
    }
    OnnxWriter.write(OnnxModel.of(graph, metadata), file);
  }
}
