package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GraphBuilderTest {

  /** {@code y = 3 w x}: one weight of its own and one constant. */
  private static Graph scaling(Tensor weight) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));
    g.output("y", x.times(g.parameter("w", weight)).times(3));
    return g.build();
  }

  private static Tensor pair(double a, double b) {
    return Tensor.floats(new int[] {2}, (float) a, (float) b);
  }

  private static double[] run(Graph graph, double a, double b) {
    Tensor x = Tensor.floats(new int[] {1, 2}, (float) a, (float) b);
    return Objects.requireNonNull(Interpreter.run(graph, Map.of("x", x)).get("y")).reals();
  }

  @Test
  void aFormulaIsComputedAsItReads() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));

    g.output("y", x.squared().minus(1).over(x.plus(2)));

    assertThat(run(g.build(), 3, -1)).containsExactly(8 / 5.0, 0);
  }

  @Test
  void equalNumbersShareOneConstant() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));

    g.output("y", x.times(5).plus(5));

    assertThat(g.build().weights()).hasSize(1);
  }

  @Test
  void addingZeroAndMultiplyingByOneAddNoNode() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));

    g.output("y", x.plus(0).times(1).dropout(0));

    assertThat(g.build().nodes()).hasSize(1);
  }

  @Test
  void whatNoOutputNeedsIsLeftOut() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));
    x.times(g.parameter("unused", pair(1, 1)));

    g.output("y", x.times(2));

    assertThat(g.build().weights()).doesNotContainKey("unused");
  }

  @Test
  void oneScopeCalledTwiceSharesItsWeights() {
    Graph called = scaling(pair(1, 2));
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));

    Value once = Objects.requireNonNull(g.call(called, "a/", Map.of("x", x)).get("y"));
    g.output("y", Objects.requireNonNull(g.call(called, "a/", Map.of("x", once)).get("y")));

    assertThat(g.build().parameters().keySet()).containsExactly("a/w");
    assertThat(run(g.build(), 1, 1)).containsExactly(9, 36);
  }

  @Test
  void twoScopesKeepTheirWeightsApartAndShareConstants() {
    Graph called = scaling(pair(1, 2));
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));

    Value a = Objects.requireNonNull(g.call(called, "a/", Map.of("x", x)).get("y"));
    Value b = Objects.requireNonNull(g.call(called, "b/", Map.of("x", x)).get("y"));
    g.output("y", a.plus(b));

    assertThat(g.build().parameters().keySet()).containsExactly("a/w", "b/w");
    assertThat(g.build().weights()).hasSize(3);
  }

  @Test
  void oneScopeWithTwoValuesIsRefused() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));
    g.call(scaling(pair(1, 2)), "a/", Map.of("x", x));

    assertThatThrownBy(() -> g.call(scaling(pair(1, 2)), "a/", Map.of("x", x)))
        .isInstanceOf(GraphException.class)
        .hasMessage("weight 'a/w' would have two values");
  }

  @Test
  void aMissingArgumentIsNamed() {
    GraphBuilder g = new GraphBuilder();

    assertThatThrownBy(() -> g.call(scaling(pair(1, 2)), "", Map.of()))
        .isInstanceOf(GraphException.class)
        .hasMessage("no argument for input 'x'");
  }

  @Test
  void aNameIsDefinedOnce() {
    GraphBuilder g = new GraphBuilder();
    g.parameter("w", pair(1, 2));

    assertThatThrownBy(() -> g.parameter("w", pair(1, 2)))
        .isInstanceOf(GraphException.class)
        .hasMessage("weight 'w' is defined twice");
  }

  @Test
  void parametersOfACalledGraphKeepNamesThatTheBuilderHadGivenAway() {
    GraphBuilder called = new GraphBuilder();
    Value in = called.input("x", Shape.batch(2));
    Value scaled = in.times(called.parameter("c0", pair(2, 3)));
    called.output("y", scaled.plus(called.buffer("v1", pair(10, 20))));
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2)).times(5).plus(1);

    g.output("y", Objects.requireNonNull(g.call(called.build(), "", Map.of("x", x)).get("y")));
    Graph graph = g.build();

    assertThat(graph.parameters().keySet()).containsExactly("c0");
    assertThat(Objects.requireNonNull(graph.weights().get("v1")).role())
        .isEqualTo(Weight.Role.BUFFER);
    assertThat(run(graph, 1, 2)).containsExactly(6 * 2 + 10, 11 * 3 + 20);
  }

  @Test
  void inputsAndOutputsKeepNamesThatTheBuilderHadGivenAway() {
    GraphBuilder g = new GraphBuilder();
    Value sum = g.input("x", Shape.batch(2)).plus(1);
    Value late = g.input("v1", Shape.batch(2));

    g.output("c0", sum.times(late));
    Graph graph = g.build();

    assertThat(graph.inputs().get(1).name()).isEqualTo("v1");
    assertThat(graph.outputs()).containsExactly("c0");
    Map<String, Tensor> feeds =
        Map.of("x", pair(1, 2).reshaped(1, 2), "v1", pair(3, 4).reshaped(1, 2));
    assertThat(Objects.requireNonNull(Interpreter.run(graph, feeds).get("c0")).reals())
        .containsExactly(6, 12);
  }

  @Test
  void oneScopeCalledTwiceSharesWeightsOfNamesThatTheBuilderHadGivenAway() {
    GraphBuilder called = new GraphBuilder();
    Value in = called.input("x", Shape.batch(2));
    called.output("y", in.times(called.parameter("c0", pair(2, 3))));
    Graph graph = called.build();
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2)).plus(1);

    Value once = Objects.requireNonNull(g.call(graph, "", Map.of("x", x)).get("y"));
    g.output("y", Objects.requireNonNull(g.call(graph, "", Map.of("x", once)).get("y")));

    assertThat(g.build().parameters().keySet()).containsExactly("c0");
    assertThat(run(g.build(), 0, 0)).containsExactly(4, 9);
    assertThatThrownBy(() -> g.parameter("c0", pair(1, 1)))
        .hasMessage("weight 'c0' is defined twice");
  }

  @Test
  void namesThatStandInForOthersMayBeTakenToo() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2)).plus(1);

    Value y = x.times(g.parameter("c0", pair(2, 2)));
    Value z = y.plus(g.parameter("c0_2", pair(7, 7))).plus(g.parameter("c0_4", pair(1, 1)));
    g.output("y", z);

    assertThat(g.build().parameters().keySet()).containsExactly("c0", "c0_2", "c0_4");
    assertThat(run(g.build(), 0, 0)).containsExactly(10, 10);
  }

  @Test
  void shapesThatDoNotFitAreRefusedWhereTheyAreWritten() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));
    Value w = g.parameter("w", Tensor.floats(new int[] {3}, 1, 2, 3));

    assertThatThrownBy(() -> x.times(w)).isInstanceOf(GraphException.class);
    assertThatThrownBy(() -> x.reshape(-1, 3)).isInstanceOf(GraphException.class);
  }

  @Test
  void aSizeThatDependsOnTheBatchIsNoNumber() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));
    List<Value> parts = x.transpose(1, 0).split(2, 0);

    assertThatThrownBy(() -> parts.get(0).channels())
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("depends on the batch size");
  }

  @Test
  void imagesOfAnySizeHaveAShape() {
    GraphBuilder g = new GraphBuilder();
    // 2 million values an image: the batches probed for shapes have more than an array can.
    Value x = g.input("x", Shape.batch(32, 256, 256));

    Value joined = x.concat(x, 1).reshape(0, 64, -1).reshape(-1, 64, 256, 256);

    assertThat(joined.shape()).isEqualTo(Shape.batch(64, 256, 256));
  }
}
