package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static retort.graph.GraphAgreement.assertAgree;
import static retort.graph.GraphAgreement.normal;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class AttentionRaisingTest {
  private final GraphBuilder g = new GraphBuilder();

  @Test
  void attentionWithScaleOnTheScoresIsFound() {
    attention(1, 1, scores -> scores.times(0.7));

    assertRaised(Operator.ATTENTION);
  }

  @Test
  void attentionDividedByTheRootOfTheWidthIsFound() {
    attention(1, 1, scores -> scores.over(2));

    assertRaised(Operator.ATTENTION);
  }

  @Test
  void attentionWithScaleOnQueriesAndKeysIsFound() {
    attention(0.3, 2, scores -> scores);

    assertRaised(Operator.ATTENTION);
  }

  @Test
  void attentionWithAMaskStays() {
    attention(1, 1, scores -> scores.plus(g.constant(normal(9, 5, 6))));

    assertRaised(
        Operator.TRANSPOSE, Operator.MAT_MUL, Operator.ADD, Operator.SOFTMAX, Operator.MAT_MUL);
  }

  private void attention(double onQueries, double onKeys, UnaryOperator<Value> onScores) {
    Value q = g.input("q", Shape.batch(2, 5, 4)).times(onQueries);
    Value k = g.input("k", Shape.batch(2, 6, 4));
    Value v = g.input("v", Shape.batch(2, 6, 3));

    Value scores = product(q, k.transpose(0, 1, 3, 2).times(onKeys));
    g.output("y", product(onScores.apply(scores).softmax(-1), v));
  }

  @Test
  void attentionOverChannelsOfRankThreeIsFound() {
    Value qkv = g.input("x", Shape.batch(4, 3, 9));
    List<Value> parts = qkv.reshape(-1, 4, 3, 9).split(3, 2);
    Value q = parts.get(0).reshape(-1, 4, 9);
    Value k = parts.get(1).reshape(-1, 4, 9);
    Value v = parts.get(2).reshape(-1, 4, 9);

    Value weights = product(q.transpose(0, 2, 1), k.times(0.5)).softmax(2);
    g.output("y", product(v, weights.transpose(0, 2, 1)));

    Graph raised = PatternRaising.raise(g.build());
    assertThat(operators(raised)).contains(Operator.ATTENTION).doesNotContain(Operator.MAT_MUL);
    assertAgree(raised, g.build(), 1e-7);
  }

  @Test
  void attentionInEinsteinNotationIsFound() {
    Value q = g.input("q", Shape.batch(4, 5));
    Value k = g.input("k", Shape.batch(4, 6));
    Value v = g.input("v", Shape.batch(3, 6));

    Value weights = einsum("ncq,nck->nqk", q, k.over(2)).softmax(2);
    g.output("y", einsum("nqk,nck->ncq", weights, v));

    Graph raised = PatternRaising.raise(g.build());
    assertThat(operators(raised))
        .contains(Operator.ATTENTION)
        .doesNotContain(Operator.EINSUM, Operator.MAT_MUL, Operator.SOFTMAX);
    assertAgree(raised, g.build(), 1e-7);
  }

  @Test
  void headsInEinsteinNotationAreFound() {
    Value q = g.input("q", Shape.batch(5, 2, 4));
    Value k = g.input("k", Shape.batch(6, 2, 4));
    Value v = g.input("v", Shape.batch(6, 2, 3));

    Value weights = einsum("bqhd,bkhd->bhqk", q, k).times(0.5).softmax(3);
    g.output("y", einsum("bhqk,bkhd->bqhd", weights, v));

    Graph raised = PatternRaising.raise(g.build());
    assertThat(operators(raised))
        .contains(Operator.ATTENTION)
        .doesNotContain(Operator.EINSUM, Operator.MAT_MUL, Operator.SOFTMAX);
    assertAgree(raised, g.build(), 1e-7);
  }

  private void assertRaised(Operator... expected) {
    Graph graph = g.build();

    Graph raised = PatternRaising.raise(graph);

    assertThat(operators(raised)).filteredOn(o -> o != Operator.IDENTITY).containsExactly(expected);
    assertAgree(raised, graph, 1e-7);
  }

  private static List<Operator> operators(Graph graph) {
    return graph.nodes().stream().map(Node::operator).toList();
  }

  private Value product(Value a, Value b) {
    return g.add(Operator.MAT_MUL, Attributes.none(), List.of(a, b));
  }

  private Value einsum(String equation, Value a, Value b) {
    return g.add(Operator.EINSUM, Attributes.none().with("equation", equation), List.of(a, b));
  }
}
