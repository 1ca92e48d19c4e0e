package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.GraphAgreement.assertAgree;
import static retort.graph.GraphAgreement.normal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.ExampleGraphs;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.HalfPrecision;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Weight;

class OnnxRoundTripTest {
  @TempDir Path folder;

  @Test
  void aNetworkComesBackWithItsOperatorsAndWeights() {
    Graph graph = ExampleGraphs.block();

    Graph back = OnnxReader.read(bytes(graph)).graph();

    assertThat(back.nodes().stream().map(Node::operator))
        .contains(Operator.GROUP_NORM, Operator.SILU, Operator.ATTENTION, Operator.DROPOUT);
    assertThat(back.inputs()).isEqualTo(graph.inputs());
    assertThat(back.outputs()).isEqualTo(graph.outputs());
    assertSameWeights(back, graph);
    assertAgree(back, graph, 1e-12);
  }

  @Test
  void attributesComeBackExactly() {
    Graph back = OnnxReader.read(bytes(ExampleGraphs.block())).graph();

    Attributes norm = only(back, Operator.GROUP_NORM).attributes();
    assertThat(norm.real("epsilon", 0)).isEqualTo(1e-5);
    assertThat(norm.integer("groups", 0)).isEqualTo(2);
    assertThat(only(back, Operator.DROPOUT).attributes().real("ratio", 0)).isEqualTo(0.1);
    assertThat(only(back, Operator.ATTENTION).attributes().has("scale")).isFalse();
  }

  @Test
  void everyInputAndConstantOfADenoiserComesBack() {
    Graph graph = ExampleGraphs.denoiser();

    Graph back = OnnxReader.read(bytes(graph)).graph();

    assertSameWeights(back, graph);
    assertAgree(back, graph, 1e-7);
  }

  @Test
  void equalModelsGiveEqualBytes() {
    assertThat(bytes(ExampleGraphs.block())).isEqualTo(bytes(ExampleGraphs.block()));
  }

  @Test
  void writingWhatWasReadGivesTheSameBytesAgain() {
    byte[] once = bytes(OnnxReader.read(bytes(ExampleGraphs.block())).graph());

    byte[] twice = bytes(OnnxReader.read(once).graph());

    assertThat(twice).isEqualTo(once);
  }

  @Test
  void aFileReplacesTheOldOneAndLeavesNothingBeside() throws IOException {
    Path path = folder.resolve("model.onnx");
    Files.writeString(path, "old");
    OnnxModel model = OnnxModel.of(ExampleGraphs.block(), Map.of("retort.kind", "denoiser"));

    OnnxWriter.write(model, path);

    OnnxModel back = OnnxReader.read(path);
    assertThat(back.metadata()).isEqualTo(model.metadata());
    assertThat(back.producer()).isEqualTo("retort");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    Path path = folder.resolve("missing").resolve("model.onnx");
    OnnxModel model = OnnxModel.of(ExampleGraphs.block(), Map.of());

    assertThatThrownBy(() -> OnnxWriter.write(model, path))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("missing");
  }

  @Test
  void theFormatsOwnKeysAreRefused() {
    Graph graph = ExampleGraphs.block();
    Map<String, String> metadata = Map.of("retort.parameters", "x");

    assertThatThrownBy(() -> OnnxModel.of(graph, metadata))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("retort.parameters");
  }

  @Test
  void everyElementTypeComesBack() {
    for (DataType type : DataType.values()) {
      Tensor value =
          type.isFloating()
              ? Tensor.reals(type, new int[] {3}, 0.5, -2, 65504 / 1024.0)
              : Tensor.integers(type, new int[] {3}, 0, 1, 1);
      GraphBuilder g = new GraphBuilder();
      g.input("x", Shape.batch(1));
      g.output("y", g.buffer("w", value));

      Tensor back = weight(OnnxReader.read(bytes(g.build())).graph(), "w").value();

      assertThat(back.type()).isEqualTo(type);
      if (type != DataType.BFLOAT16) {
        assertThat(back.sameAs(value)).as(type.toString()).isTrue();
      }
    }
  }

  @Test
  void halfPrecisionRoundsToNearestEven() {
    double unit = Math.scalb(1.0, -24);
    double[] values = {1, -2, 65504, 65520, 6.1e-5, unit, 1 + 0x1p-11, 1 + 0x3p-11, 0, -0.0};
    double[] rounded = new double[values.length];

    for (int i = 0; i < values.length; i++) {
      short bits = HalfPrecision.toFloat16((float) values[i]);
      rounded[i] = HalfPrecision.toDouble(DataType.FLOAT16, bits);
    }

    double subnormal = Math.rint(6.1e-5 / unit) * unit;
    double infinity = Double.POSITIVE_INFINITY;
    assertThat(rounded)
        .containsExactly(1, -2, 65504, infinity, subnormal, unit, 1, 1 + 0x4p-11, 0, -0.0);
    assertThat(HalfPrecision.toDouble(DataType.BFLOAT16, HalfPrecision.toBfloat16(3.1415927f)))
        .isEqualTo(3.140625);
  }

  @Test
  void weightsNamedWithLineBreaksAreRefused() {
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.input("x", Shape.batch(2)).plus(g.parameter("a\nb", normal(1, 2))));
    Graph graph = g.build();

    assertThatThrownBy(() -> bytes(graph)).hasMessageContaining("rename the weight");
  }

  static byte[] bytes(Graph graph) {
    return OnnxWriter.toBytes(OnnxModel.of(graph, Map.of()));
  }

  private static Node only(Graph graph, Operator operator) {
    List<Node> found = graph.nodes().stream().filter(n -> n.operator() == operator).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private static Weight weight(Graph graph, String name) {
    return Objects.requireNonNull(graph.weights().get(name));
  }

  private static void assertSameWeights(Graph actual, Graph expected) {
    assertThat(actual.parameters().keySet())
        .containsExactlyElementsOf(expected.parameters().keySet());
    expected
        .weights()
        .forEach(
            (name, weight) -> {
              if (weight.role() != Weight.Role.CONSTANT) {
                assertThat(weight(actual, name).role()).isEqualTo(weight.role());
                assertThat(weight(actual, name).value().sameAs(weight.value())).isTrue();
              }
            });
  }
}
