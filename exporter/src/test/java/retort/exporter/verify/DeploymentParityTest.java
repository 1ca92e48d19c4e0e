package retort.exporter.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.ReferenceSamples;
import retort.exporter.TinyGenerators;
import retort.exporter.deploy.OneStepGenerator;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.onnx.OnnxModel;

/** What is served makes the images of the denoiser that was distilled. */
class DeploymentParityTest {
  /** Absolute, for images in [-1, 1]: the promise for float32, 1/80 of a grey level. */
  private static final float TOLERANCE = 1e-4f;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 3", "3, 0", "3, 3"})
  void aDeployableMakesTheReferenceSamples(int labels, int augmentLabels) {
    DenoiserModel model = TinyGenerators.generator(labels, augmentLabels);
    Path file = folder.resolve("generator.onnx");
    model.write(file);
    ReferenceSamples samples = TinyGenerators.samples(model);
    GeneratorInputs inputs = GeneratorInputs.of(samples, labels);

    Graph images = OneStepGenerator.read(file, OptionalDouble.empty()).images();
    Graph levels = OneStepGenerator.greyLevels(images);

    float[] floats;
    try (OnnxGenerator generator = OnnxGenerator.open(OnnxModel.of(images, Map.of()), 1)) {
      floats = generator.images(inputs);
      assertThat(floats).containsExactly(samples.images().floats(), offset(TOLERANCE));
    }
    try (OnnxGenerator generator = OnnxGenerator.open(OnnxModel.of(levels, Map.of()), 1)) {
      byte[] bytes = generator.bytes(inputs);
      Difference difference = Difference.inLevels(bytes, floats, samples);
      assertThat(difference.value()).isLessThanOrEqualTo(1);
    }
    assertThat(interpreted(images, inputs).floats())
        .containsExactly(samples.images().floats(), offset(TOLERANCE));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "3, 3"})
  void whatAFileWithoutSamplesMakesItselfServesAsSuch(int labels, int augmentLabels) {
    DenoiserModel model = TinyGenerators.teacher(labels, augmentLabels);
    Path file = folder.resolve("teacher.onnx");
    model.write(file);

    ReferenceSamples made = Verification.samples(file, model, TinyGenerators.SIGMA_INIT, 1);

    GeneratorInputs inputs = GeneratorInputs.of(made, labels);
    Tensor expected = interpreted(model.generator(TinyGenerators.SIGMA_INIT), inputs);
    assertThat(Difference.between(expected.floats(), made).value()).isLessThanOrEqualTo(TOLERANCE);
  }

  private static Tensor interpreted(Graph graph, GeneratorInputs inputs) {
    Map<String, Tensor> feeds = new HashMap<>();
    feeds.put(DenoiserModel.NOISE, inputs.noise());
    feeds.put(DenoiserModel.LABEL, inputs.labels());
    return Objects.requireNonNull(Interpreter.run(graph, feeds).get(DenoiserModel.IMAGE));
  }
}
