package retort.exporter.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.denoiser.ReferenceSamples;
import retort.exporter.TinyGenerators;
import retort.exporter.deploy.DistilledGenerator;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.onnx.OnnxModel;
import retort.reference.TinyEdm2;

/** What is served of an EDM2 network holds weights as they are multiplied. */
class Edm2DeploymentParityTest {
  /** Absolute, for images in [-1, 1]: the promise for float32, 1/80 of a grey level. */
  private static final float TOLERANCE = 1e-4f;

  /** Two encoder blocks and a downsampling one, and one each for the attending blocks. */
  private static final int NORMALIZATIONS = 3 + 4;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aDeployableHasPlainWeightsAndMakesTheReferenceSamples(int labels) {
    DenoiserModel model =
        TinyEdm2.denoiser(labels)
            .withProperties(
                Map.of(MetadataKeys.SIGMA_INIT, Double.toString(TinyGenerators.SIGMA_INIT)));
    Path file = folder.resolve("generator.onnx");
    model.write(file);
    ReferenceSamples samples = TinyGenerators.samples(model);

    Graph images = DistilledGenerator.read(file, OptionalDouble.empty()).images();

    for (Node node : images.nodes()) {
      if (Set.of(Operator.CONV, Operator.GEMM).contains(node.operator())) {
        assertThat(images.weights()).as(node.label()).containsKey(node.inputs().get(1));
      }
    }
    assertEveryNodeServesTheInputs(images);
    assertThat(images.nodes().stream().filter(node -> node.operator() == Operator.REDUCE_L2))
        .hasSize(NORMALIZATIONS);
    try (OnnxGenerator generator = OnnxGenerator.open(OnnxModel.of(images, Map.of()), 1)) {
      assertThat(generator.images(GeneratorInputs.of(samples, labels, 1)))
          .containsExactly(samples.images().floats(), offset(TOLERANCE));
    }
  }

  /** Nothing is computed from weights alone. */
  private static void assertEveryNodeServesTheInputs(Graph graph) {
    Set<String> varying = new HashSet<>();
    graph.inputs().forEach(input -> varying.add(input.name()));
    for (Node node : graph.nodes()) {
      assertThat(node.inputs()).as(Objects.toString(node)).anyMatch(varying::contains);
      varying.addAll(node.outputs());
    }
  }
}
