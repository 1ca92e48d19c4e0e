package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.GraphAgreement.normal;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import retort.graph.ConstantFolding;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.GraphException;
import retort.graph.Projection;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.graph.Weight;

/** A weight's projection goes where the weight goes. */
class ProjectionsTest {
  private static final Graph GRAPH = graph();

  private static Graph graph() {
    GraphBuilder g = new GraphBuilder();
    Value w = g.parameter("w", normal(1, 2, 3), Projection.UNIT_FILTERS);
    Value v = g.parameter("v", normal(2, 4, 2));
    g.output("y", g.input("x", Shape.batch(3)).linear(w).dropout(0.1).linear(v));
    return g.build();
  }

  private static Projection projection(Graph graph, String name) {
    return Objects.requireNonNull(graph.weights().get(name)).projection();
  }

  @Test
  void rewritesAndCallsKeepIt() {
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> out = g.call(GRAPH, "teacher/", Map.of("x", g.input("x", Shape.batch(3))));
    g.output("y", Objects.requireNonNull(out.get("y")));
    Graph rewritten = ConstantFolding.fold(DropoutRemoval.remove(g.build()));

    Graph changed = rewritten.withWeights(Map.of("teacher/w", normal(5, 2, 3)));

    assertThat(projection(changed, "teacher/w")).isEqualTo(Projection.UNIT_FILTERS);
    assertThat(projection(changed, "teacher/v")).isEqualTo(Projection.NONE);
  }

  @Test
  void filesKeepIt() {
    OnnxModel read = OnnxReader.read(OnnxWriter.toBytes(OnnxModel.of(GRAPH, Map.of())));

    assertThat(projection(read.graph(), "w")).isEqualTo(Projection.UNIT_FILTERS);
    assertThat(projection(read.graph(), "v")).isEqualTo(Projection.NONE);
    assertThat(read.metadata()).isEmpty();
  }

  @Test
  void aFileThatAsksForAnotherProjectionIsRefused() {
    assertThatThrownBy(() -> OnnxReader.read(edited("w\tunit_filters", "w\tunit_spheres")))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("asks for the projection 'unit_spheres' of weight 'w'")
        .hasMessageContaining("update Retort");
    assertThatThrownBy(() -> OnnxReader.read(edited("w\tunit_filters", "z\tunit_filters")))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("names a weight 'z' that the file does not hold");
    assertThatThrownBy(() -> OnnxReader.read(edited("w\tunit_filters", "w unit filters")))
        .isInstanceOf(OnnxException.class);
  }

  private static byte[] edited(String from, String to) {
    byte[] bytes = OnnxWriter.toBytes(OnnxModel.of(GRAPH, Map.of()));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertThat(text).contains(from);
    return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void onlyAParameterWithFiltersHasOne() {
    Weight bias = Weight.parameter(Tensor.floats(new int[] {2}, 1, 2));
    Weight buffer = Weight.buffer(normal(1, 2, 3));

    assertThatThrownBy(() -> bias.withProjection(Projection.UNIT_FILTERS))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("no filters");
    assertThatThrownBy(() -> buffer.withProjection(Projection.UNIT_FILTERS))
        .isInstanceOf(GraphException.class);
  }
}
