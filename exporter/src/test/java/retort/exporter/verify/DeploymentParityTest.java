package retort.exporter.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.ReferenceSamples;
import retort.exporter.TinyGenerators;
import retort.exporter.deploy.DistilledGenerator;
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
    assertMakesReferenceSamples(TinyGenerators.generator(labels, augmentLabels));
  }

  @ParameterizedTest
  @CsvSource({"EULER, 0, 2", "EULER, 3, 2", "EULER, 3, 4", "RENOISE, 0, 2", "RENOISE, 3, 4"})
  void ofSeveralStepsTheDeployableHoldsAll(GeneratorSteps.Kind kind, int labels, int count) {
    GeneratorSteps steps = new GeneratorSteps(kind, List.of(80.0, 9.7, 2.5, 0.4).subList(0, count));

    assertMakesReferenceSamples(TinyGenerators.generator(labels, 3, steps));
  }

  private void assertMakesReferenceSamples(DenoiserModel model) {
    Path file = folder.resolve("generator.onnx");
    model.write(file);
    ReferenceSamples samples = TinyGenerators.samples(model);
    int noises = model.generatorSteps().orElseThrow().noises();
    GeneratorInputs inputs = GeneratorInputs.of(samples, model.labels(), noises);

    Graph images = DistilledGenerator.read(file, OptionalDouble.empty()).images();
    Graph levels = DistilledGenerator.greyLevels(images);

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

    ReferenceSamples made =
        Verification.samples(file, model, GeneratorSteps.one(TinyGenerators.SIGMA_INIT), 1);

    GeneratorInputs inputs = GeneratorInputs.of(made, labels, 1);
    Tensor expected = interpreted(model.generator(TinyGenerators.SIGMA_INIT), inputs);
    assertThat(Difference.between(expected.floats(), made).value()).isLessThanOrEqualTo(TOLERANCE);
  }

  private static Tensor interpreted(Graph graph, GeneratorInputs inputs) {
    Map<String, Tensor> feeds = new HashMap<>();
    for (int i = 0; i < inputs.noises().size(); i++) {
      feeds.put(GeneratorSteps.noiseName(i), inputs.noises().get(i));
    }
    feeds.put(DenoiserModel.LABEL, inputs.labels());
    return Objects.requireNonNull(Interpreter.run(graph, feeds).get(DenoiserModel.IMAGE));
  }
}
