package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchOpeningTest {
  private final GraphBuilder g = new GraphBuilder();

  private void assertOpens(String input) {
    Graph fixed = g.build();
    int batch = fixed.input(input).orElseThrow().shape().at(0)[0];
    Graph opened = BatchOpening.open(fixed, input);

    assertThat(opened.input(input).orElseThrow().shape().dim(0)).isEqualTo(Dim.BATCH);
    Map<String, Tensor> feeds = GraphAgreement.feeds(opened, batch);
    GraphAgreement.assertClose(
        Interpreter.run(opened, feeds), Interpreter.run(fixed, feeds), 1e-12);
    assertThat(Types.of(opened).type(fixed.outputs().get(0)).shape().dim(0)).isEqualTo(Dim.BATCH);
  }

  @ParameterizedTest(name = "batch {0}")
  @ValueSource(longs = {1, 2})
  void reshapesThatNameTheBatchAreOpened(long n) {
    Value x = g.input("x", Shape.of(n, 6, 4));
    g.output("y", x.reshape(n, 3, 8).transpose(0, 2, 1).reshape(n, 24).times(2));

    assertOpens("x");
  }

  @ParameterizedTest(name = "batch {0}")
  @ValueSource(longs = {1, 2})
  void headsBetweenSequenceAndBatchAreOpened(long n) {
    Value x = g.input("x", Shape.of(n, 5, 8));
    Value rows = x.transpose(1, 0, 2).reshape(5 * n, 8);
    Value w = g.parameter("w", GraphAgreement.normal(1, 8, 8));
    Value heads = rows.linear(w).reshape(5, n * 2, 4).transpose(1, 0, 2).softmax(-1);
    Value joined = heads.transpose(1, 0, 2).reshape(5 * n, 8).linear(w).reshape(5, n, 8);
    g.output("y", joined.transpose(1, 0, 2));

    assertOpens("x");
  }

  @Test
  void rowBesideImagesIsRepeated() {
    Value x = g.input("x", Shape.of(1, 4, 3));
    Value token = g.parameter("token", GraphAgreement.normal(2, 1, 1, 3));
    g.output("y", token.concat(x, 1));

    assertOpens("x");
  }

  @Test
  void shapesAndSizesGrowWithTheBatch() {
    Value x = g.input("x", Shape.of(2, 1, 1));
    Value sizes = g.constant(Tensor.vector(2, 3, 4));
    g.output("y", g.add(Operator.EXPAND, Attributes.none(), List.of(x, sizes)).times(2));

    assertOpens("x");
  }

  @Test
  void numberForTheBatchBecomesOneForEachImage() {
    Value x = g.input("x", Shape.batch(2, 3));
    Value t = g.input("t", Shape.of());
    Value frequencies = g.constant(Tensor.floats(new int[] {3}, 1, 2, 3));
    Value angles = t.times(frequencies);
    Value axis = g.constant(Tensor.vector(0));
    Value row = g.add(Operator.UNSQUEEZE, Attributes.none(), List.of(angles, axis));
    g.output("y", x.plus(row.sin().reshape(1, 1, 3)));

    Graph opened = BatchOpening.open(g.build(), "x");

    Map<String, Tensor> feeds =
        Map.of(
            "x", Tensor.floats(new int[] {2, 2, 3}, new float[12]),
            "t", Tensor.floats(new int[] {2}, 0, 1));
    double[] y = Objects.requireNonNull(Interpreter.run(opened, feeds).get("y")).reals();
    assertThat(y[2]).isZero();
    assertThat(y[11]).isEqualTo(Math.sin(3));
  }

  @Test
  void networkThatMixesItsBatchIsRefused() {
    Value x = g.input("x", Shape.of(1, 4));
    g.output("y", x.minus(x.mean(0)).plus(x));

    assertThatThrownBy(() -> BatchOpening.open(g.build(), "x"))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("change each other")
        .hasMessageContaining("dynamic batch dimension");
  }
}
