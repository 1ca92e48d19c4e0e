package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static retort.graph.GraphAgreement.assertAgree;
import static retort.graph.GraphAgreement.normal;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ConstantFoldingTest {
  private final GraphBuilder g = new GraphBuilder();

  @Test
  void foldingStopsAtParameters() {
    Value x = g.input("x", Shape.batch(3));
    Value constant = g.constant(normal(1, 3)).sin().plus(1);
    g.output("y", x.plus(g.parameter("p", normal(2, 3)).times(constant)));
    Graph graph = g.build();

    Graph folded = ConstantFolding.fold(graph);

    assertThat(operators(folded)).containsExactly(Operator.MUL, Operator.ADD, Operator.IDENTITY);
    assertThat(folded.parameters()).containsOnlyKeys("p");
    assertAgree(folded, graph, 1e-7);
  }

  @Test
  void foldingAllGoesThroughParameters() {
    Value x = g.input("x", Shape.batch(3));
    g.output("y", x.plus(g.parameter("p", normal(2, 3)).times(2).stopGradient().dropout(0.5)));
    Graph graph = g.build();

    Graph folded = ConstantFolding.foldAll(graph);

    assertThat(operators(folded)).containsExactly(Operator.ADD, Operator.IDENTITY);
    assertThat(folded.parameters()).isEmpty();
    assertAgree(folded, graph, 1e-7);
  }

  @Test
  void dropoutOfAConstantStaysForTraining() {
    Value x = g.input("x", Shape.batch(3));
    g.output("y", x.plus(g.constant(normal(1, 3)).sin().dropout(0.5)));

    Graph folded = ConstantFolding.fold(g.build());

    assertThat(operators(folded))
        .containsExactly(Operator.DROPOUT, Operator.ADD, Operator.IDENTITY);
  }

  @Test
  void shapesThatAreTheSameForEveryBatchAreFolded() {
    Value x = g.input("x", Shape.batch(4, 2, 2));
    Attributes rest = Attributes.none().with("start", 1L);
    Value shape = g.add(Operator.SHAPE, rest, List.of(x));
    Value one = g.constant(Tensor.vector(-1));
    Value target = g.add(Operator.CONCAT, Attributes.none().with("axis", 0L), List.of(one, shape));
    Value flat = x.reshape(-1, 16);
    g.output("y", g.add(Operator.RESHAPE, Attributes.none(), List.of(flat, target)));
    Graph graph = g.build();

    Graph folded = ConstantFolding.fold(graph);

    assertThat(operators(folded))
        .containsExactly(Operator.RESHAPE, Operator.RESHAPE, Operator.IDENTITY);
    assertAgree(folded, graph, 0);
  }

  @Test
  void reshapesThatFollowTheBatchNeedNoShapeAnyMore() {
    Value x = g.input("x", Shape.batch(4, 2, 2));
    Attributes first = Attributes.none().with("end", 1L);
    Value n = g.add(Operator.SHAPE, first, List.of(x));
    Value target =
        g.add(
            Operator.CONCAT,
            Attributes.none().with("axis", 0L),
            List.of(n.times(g.constant(Tensor.vector(2))), g.constant(Tensor.vector(2, 4))));
    g.output("y", g.add(Operator.RESHAPE, Attributes.none(), List.of(x, target)));
    Graph graph = g.build();

    Graph folded = ConstantFolding.fold(graph);

    assertThat(operators(folded)).containsExactly(Operator.RESHAPE, Operator.IDENTITY);
    assertAgree(folded, graph, 0);
  }

  @Test
  void hugeExpansionsStay() {
    Value x = g.input("x", Shape.batch(1000, 1000));
    Value target = g.constant(Tensor.vector(1000, 1000));
    Value wide = g.add(Operator.EXPAND, Attributes.none(), List.of(g.constant(1.5), target));
    g.output("y", x.plus(wide));

    Graph folded = ConstantFolding.fold(g.build());

    assertThat(operators(folded)).contains(Operator.EXPAND);
  }

  @Test
  void aResultMayBecomeAWeight() {
    g.input("x", Shape.batch(1));
    g.output("y", g.constant(normal(1, 2)).sin());

    Graph folded = ConstantFolding.fold(g.build());

    assertThat(folded.nodes()).isEmpty();
    assertThat(folded.weights()).containsOnlyKeys("y");
    Map<String, Tensor> results = Interpreter.run(folded, Map.of("x", normal(1, 1, 1)));
    assertThat(Objects.requireNonNull(results.get("y")).floats()[0])
        .isEqualTo((float) Math.sin(normal(1, 2).reals()[0]));
  }

  private static List<Operator> operators(Graph graph) {
    return graph.nodes().stream().map(Node::operator).toList();
  }
}
