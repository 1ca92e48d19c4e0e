package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.network.SongUNet;
import retort.noise.GaussianNoise;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

class DenoiserModelTest {
  private static final int[] IMAGES = {2, 1, 4, 4};
  private static final Tensor LABELS = Tensor.floats(new int[] {2, 2}, 0, 1, 1, 0);
  private static final Graph.Input NOISY = input("noisy", Shape.batch(1, 4, 4));
  private static final Graph.Input SIGMA = input("sigma", Shape.batch());

  @TempDir private Path folder;

  private static DenoiserModel unet() {
    SongUNet network = SongUNet.ddpmpp(4, 1, 2, 9, 8, List.of(1), 1, 1, Set.of(), 0.1);
    return new DenoiserModel(
        new EdmPreconditioning(0.25).denoiser(network.build(3)),
        0.25,
        List.of("zero", "one or two"),
        Map.of("retort.licence", "CC0"));
  }

  private static long dropouts(DenoiserModel model) {
    return model.graph().nodes().stream().filter(n -> n.operator() == Operator.DROPOUT).count();
  }

  @Test
  void aFileKeepsTheNoiseLevelsThatItWasMadeFor() {
    SigmaRange range = new SigmaRange(0.02, 100);
    Path file = folder.resolve("teacher.onnx");
    unet().withProperties(range.properties()).write(file);

    assertThat(DenoiserModel.read(file).sigmaRange()).isEqualTo(range);
    assertThat(unet().sigmaRange()).isEqualTo(SigmaRange.ALL);
  }

  @Test
  void aFileSaysAllThatTheModelKnew() {
    DenoiserModel written = unet();
    Path file = folder.resolve("teacher.onnx");

    written.write(file);
    DenoiserModel read = DenoiserModel.read(file);

    assertThat(read.labelNames()).containsExactly("zero", "one or two");
    assertThat(read.sigmaData()).isEqualTo(0.25);
    assertThat(read.properties()).isEqualTo(written.properties());
    assertThat(read.imageShape()).isEqualTo(new ImageShape(1, 4, 4));
    assertThat(read.augmentLabels()).isEqualTo(9);
    assertThat(dropouts(read)).isEqualTo(dropouts(written)).isPositive();
    Map<String, Tensor> parameters = written.graph().parameters();
    assertThat(read.graph().parameters()).hasSameSizeAs(parameters);
    read.graph()
        .parameters()
        .forEach(
            (name, value) ->
                assertThat(value.sameAs(Objects.requireNonNull(parameters.get(name))))
                    .as(name)
                    .isTrue());
  }

  @Test
  void aFileWithoutNamesNumbersItsLabels() {
    Path file = folder.resolve("foreign.onnx");
    OnnxWriter.write(OnnxModel.of(unet().graph(), Map.of()), file);

    DenoiserModel read = DenoiserModel.read(file);

    assertThat(read.labelNames()).containsExactly("0", "1");
    assertThat(read.sigmaData()).isEqualTo(0.5);
  }

  @Test
  void theGeneratorIsTheDenoiserAtOneNoiseLevel() {
    DenoiserModel model = unet();
    float[] z = new float[32];
    new GaussianNoise(7, 0).fill(z, 0, z.length, 0);
    double[] scaled = Arrays.stream(Tensor.floats(IMAGES, z).reals()).map(v -> 2.5 * v).toArray();
    Map<String, Tensor> feeds =
        Map.of(
            "noisy", Tensor.reals(DataType.FLOAT32, IMAGES, scaled),
            "sigma", Tensor.floats(new int[] {2}, 2.5f, 2.5f),
            "label", LABELS,
            "augment", Tensor.floats(new int[] {2, 9}, new float[18]));
    Tensor expected = Objects.requireNonNull(Interpreter.run(model.graph(), feeds).get("denoised"));

    Graph generator = model.generator(2.5);
    Map<String, Tensor> noise = Map.of("noise", Tensor.floats(IMAGES, z), "label", LABELS);
    Tensor image = Objects.requireNonNull(Interpreter.run(generator, noise).get("image"));

    assertThat(generator.inputs().stream().map(Graph.Input::name))
        .containsExactlyInAnyOrder("noise", "label");
    assertThat(image.shape()).containsExactly(IMAGES);
    for (int i = 0; i < image.elements(); i++) {
      // Both in double precision; folding may only change the order of a few operations.
      assertThat(Math.abs(image.reals()[i] - expected.reals()[i])).isLessThan(1e-6);
    }
  }

  @Test
  void otherWeightsKeepEverythingElse() {
    DenoiserModel model = unet();
    Tensor bias = Tensor.floats(new int[] {1}, 0.5f);

    DenoiserModel changed = model.withWeights(Map.of("model.dec.4x4_aux_conv.bias", bias));

    assertThat(changed.graph().parameters().get("model.dec.4x4_aux_conv.bias")).isSameAs(bias);
    assertThat(changed.labelNames()).isEqualTo(model.labelNames());
    assertThat(changed.properties()).isEqualTo(model.properties());
  }

  private static Graph.Input input(String name, Shape shape) {
    return new Graph.Input(name, DataType.FLOAT32, shape);
  }

  /** A graph whose output is a copy of its first input. */
  private static Graph graph(String output, Graph.Input first, Graph.Input... others) {
    GraphBuilder g = new GraphBuilder();
    Value copied = g.input(first.name(), first.type(), first.shape());
    for (Graph.Input input : others) {
      g.input(input.name(), input.type(), input.shape());
    }
    g.output(output, copied);
    return g.build();
  }

  private static void assertRefused(Graph graph, String... parts) {
    assertThatThrownBy(() -> new DenoiserModel(graph, 0.5, List.of(), Map.of()))
        .isInstanceOf(OnnxException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void aGraphWithoutTheInputsIsNoDenoiser() {
    Graph.Input image = input("image", Shape.batch(1, 4, 4));

    assertRefused(graph("denoised", image), "no input 'noisy'", "its inputs are [image]");
    assertRefused(graph("denoised", NOISY), "no input 'sigma'");
  }

  @Test
  void inputsOfOtherShapesAreRefusedWithTheirShapes() {
    Graph.Input integers = new Graph.Input("sigma", DataType.INT64, Shape.batch());

    assertRefused(
        graph("denoised", input("noisy", Shape.batch(16)), SIGMA), "noisy is FLOAT32[N, 16]");
    assertRefused(
        graph("denoised", input("noisy", Shape.of(1, 1, 4, 4)), SIGMA),
        "noisy is FLOAT32[1, 1, 4, 4]");
    assertRefused(
        graph("denoised", NOISY, input("sigma", Shape.batch(1))), "sigma is FLOAT32[N, 1]");
    assertRefused(graph("denoised", NOISY, integers), "sigma is INT64[N]");
  }

  @Test
  void labelsAreRowsOfRealNumbers() {
    Graph.Input integers = new Graph.Input("label", DataType.INT64, Shape.batch());

    assertRefused(
        graph("denoised", NOISY, SIGMA, integers),
        "label is INT64[N], but float32 [N, K] is expected");
    assertRefused(
        graph("denoised", NOISY, SIGMA, input("augment", Shape.batch(3, 3))),
        "augment is FLOAT32[N, 3, 3]");
  }

  @Test
  void theEstimateIsAnImageOfTheSameShape() {
    GraphBuilder g = new GraphBuilder();
    Value noisy = g.input("noisy", NOISY.shape());
    g.input("sigma", SIGMA.shape());
    g.output("denoised", noisy.averagePool2x2());

    assertRefused(g.build(), "denoised is [N, 1, 2, 2] but noisy is [N, 1, 4, 4]");
    assertRefused(graph("other", NOISY, SIGMA), "its outputs are [other]", "'denoised'");
  }

  @Test
  void eachLabelHasAName() {
    Graph graph = graph("denoised", NOISY, SIGMA, input("label", Shape.batch(3)));

    assertRefused(graph, "takes 3 labels but 0 names are given");
  }

  @Test
  void theDeviationOfImagesIsPositive() {
    Graph graph = graph("denoised", NOISY, SIGMA);

    assertThatThrownBy(() -> new DenoiserModel(graph, Double.NaN, List.of(), Map.of()))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("sigma_data is NaN");
  }

  @Test
  void mistakesInMetadataNameTheFile() {
    Path file = folder.resolve("odd.onnx");
    OnnxWriter.write(OnnxModel.of(unet().graph(), Map.of("retort.sigma_data", "half")), file);

    assertThatThrownBy(() -> DenoiserModel.read(file))
        .isInstanceOf(OnnxException.class)
        .hasMessage(file + ": metadata retort.sigma_data is 'half', no number");
  }
}
