package retort.exporter.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorCard;
import retort.denoiser.MetadataKeys;
import retort.exporter.TinyGenerators;
import retort.file.FileDigest;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;

class DistilledGeneratorTest {
  @TempDir Path folder;

  private DistilledGenerator generator(int labels, int augmentLabels) {
    Path file = folder.resolve("generator.onnx");
    TinyGenerators.generator(labels, augmentLabels).write(file);
    return DistilledGenerator.read(file, OptionalDouble.empty());
  }

  /** Nodes that neither noise nor a label reaches. */
  private static List<Node> constant(Graph graph) {
    Set<String> varying = new HashSet<>();
    graph.inputs().forEach(input -> varying.add(input.name()));
    List<Node> constant = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (node.inputs().stream().anyMatch(varying::contains)) {
        varying.addAll(node.outputs());
      } else {
        constant.add(node);
      }
    }
    return constant;
  }

  @Test
  void ofAnUnlabelledNetworkNoEmbeddingIsLeft() {
    Graph images = generator(0, 3).images();

    assertThat(constant(images)).isEmpty();
    assertThat(images.nodes())
        .extracting(Node::operator)
        .doesNotContain(Operator.GEMM, Operator.SIN, Operator.COS, Operator.LOG, Operator.DROPOUT);
    assertThat(images.weights().keySet()).noneMatch(name -> name.contains("map_"));
    assertThat(images.inputs()).extracting(Graph.Input::name).containsExactly("noise");
  }

  @Test
  void ofALabelledNetworkOnlyWhatDependsOnTheLabelIsLeft() {
    Graph images = generator(3, 3).images();

    assertThat(constant(images)).isEmpty();
    assertThat(images.nodes())
        .extracting(Node::operator)
        .contains(Operator.GEMM)
        .doesNotContain(Operator.SIN, Operator.COS, Operator.LOG, Operator.DROPOUT);
    assertThat(images.weights().keySet()).noneMatch(name -> name.contains("map_augment"));
    assertThat(images.inputs()).extracting(Graph.Input::name).containsExactly("noise", "label");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void theCardKeepsWhatIsKnownOfTheWeights(int labels) {
    DistilledGenerator generator = generator(labels, 0);
    DenoiserModel model = generator.model();

    GeneratorCard card = generator.card(generator.referenceSamples().orElseThrow());

    assertThat(card.labelNames()).isEqualTo(model.labelNames()).hasSize(labels);
    assertThat(card.properties())
        .containsEntry(MetadataKeys.METHOD, "sid")
        .containsEntry(MetadataKeys.TEACHER_DIGEST, "0123abcd")
        .containsEntry(MetadataKeys.IMAGES_SEEN, "38000")
        .containsEntry(MetadataKeys.LICENCE, "Apache-2.0")
        .containsEntry(MetadataKeys.SIGMA_INIT, "2.5")
        .containsEntry(MetadataKeys.GENERATOR_DIGEST, FileDigest.of(generator.file()))
        .doesNotContainKeys(MetadataKeys.AUGMENT_PROBABILITY, MetadataKeys.SIGMA_DATA);
    assertThat(GeneratorCard.of(card.metadata(), model.imageShape()).metadata())
        .isEqualTo(card.metadata());
  }
}
