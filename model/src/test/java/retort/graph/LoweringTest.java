package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static retort.graph.GraphAgreement.assertAgree;
import static retort.graph.GraphAgreement.normal;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LoweringTest {
  @Test
  void loweredGraphHoldsOnnxOperatorsOnlyAndComputesTheSame() {
    Graph graph = ExampleGraphs.block();

    Graph lowered = Lowering.lower(graph);

    assertThat(operators(lowered))
        .doesNotContain(
            Operator.SILU, Operator.GROUP_NORM, Operator.ATTENTION, Operator.STOP_GRADIENT);
    assertAgree(lowered, graph, 1e-12);
  }

  @Test
  void weightsAndResultsKeepNamesAndRoles() {
    Graph graph = ExampleGraphs.block();

    Graph lowered = Lowering.lower(graph);

    assertThat(lowered.outputs()).isEqualTo(graph.outputs());
    assertThat(lowered.parameters()).isEqualTo(graph.parameters());
    assertThat(lowered.weights().get("gain")).isEqualTo(graph.weights().get("gain"));
  }

  @Test
  void raisingUndoesLowering() {
    Graph graph = ExampleGraphs.block();

    Graph raised = PatternRaising.raise(Lowering.lower(graph));

    assertThat(operators(raised))
        .containsExactlyInAnyOrderElementsOf(
            operators(graph).stream().filter(o -> o != Operator.STOP_GRADIENT).toList());
    assertThat(raised.parameters()).isEqualTo(graph.parameters());
    assertAgree(raised, graph, 1e-12);
  }

  @Test
  void loweringWhatWasRaisedGivesTheSameGraph() {
    Graph lowered = Lowering.lower(ExampleGraphs.block());

    Graph again = Lowering.lower(PatternRaising.raise(lowered));

    assertThat(operators(again)).containsExactlyElementsOf(operators(lowered));
  }

  @Test
  void groupNormOfVectorsIsLoweredToo() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(6));
    g.output(
        "y", x.groupNorm(3, 1e-3, g.parameter("s", normal(1, 6)), g.parameter("b", normal(2, 6))));
    Graph graph = g.build();

    assertAgree(Lowering.lower(graph), graph, 1e-12);
    assertThat(operators(PatternRaising.raise(Lowering.lower(graph))))
        .contains(Operator.GROUP_NORM);
  }

  @Test
  void dropoutRemovalLeavesInference() {
    Graph graph = ExampleGraphs.block();

    Graph removed = DropoutRemoval.remove(graph);

    assertThat(operators(removed)).doesNotContain(Operator.DROPOUT);
    assertAgree(removed, graph, 0);
  }

  @Test
  void dropoutThatIsAResultKeepsItsName() {
    Graph graph =
        new Graph(
            List.of(new Graph.Input("x", DataType.FLOAT32, Shape.batch(2))),
            Map.of(),
            List.of(new Node(Operator.DROPOUT, Attributes.none(), List.of("x"), List.of("y"))),
            List.of("y"));

    assertAgree(DropoutRemoval.remove(graph), graph, 0);
  }

  @Test
  void costCountsConvolutionsAndAttention() {
    Cost cost = Cost.of(ExampleGraphs.block());

    long convolution = 8 * 16 * 4 * 9;
    long attention = 2 * (2 * 16 * 16 * 4);
    assertThat(cost.multiplyAdds()).isEqualTo(convolution + attention);
    assertThat(cost.parameters()).isEqualTo(8 * 4 * 9 + 3 * 8);
  }

  private static List<Operator> operators(Graph graph) {
    return graph.nodes().stream().map(Node::operator).collect(Collectors.toList());
  }
}
