package retort.trainer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;

/** Losses that are cut after every node. */
class BackpropagationTest {
  private static final int EVERYWHERE = 1000;
  private static final int WIDTH = 64;

  private static final Map<String, Tensor> FEEDS =
      Map.of("x", Tensor.floats(new int[] {2, 3}, 0.5f, -1, 2, 3, 0.25f, -0.75f));

  private static Map<String, double[]> differentiate(
      Graph graph, Map<String, Tensor> feeds, int segments) {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS, new LossForm(segments, false))) {
      NetworkWeights weights = torch.weights(graph);
      Map<String, Tensor> results = torch.compile(graph).differentiate(feeds, weights.learnt(), 7);
      Map<String, double[]> all = new java.util.LinkedHashMap<>();
      results.forEach((name, tensor) -> all.put(name, tensor.reals()));
      weights.gradientValues().forEach((name, tensor) -> all.put("d" + name, tensor.reals()));
      return all;
    }
  }

  private static double[] of(Map<String, double[]> values, String name) {
    return Objects.requireNonNull(values.get(name));
  }

  /** Both ways to the loss, and {@code f} on its way through three nodes at least. */
  private static void assertCutsChangeNothing(Graph graph) {
    Map<String, double[]> whole = differentiate(graph, FEEDS, 1);
    Map<String, double[]> cut = differentiate(graph, FEEDS, EVERYWHERE);

    assertThat(cut.keySet()).containsExactlyElementsOf(whole.keySet());
    whole.forEach(
        (name, values) -> assertThat(of(cut, name)).as(name).containsExactly(values, within(1e-6)));
    assertThat(of(whole, "dw")).doesNotContain(0);
  }

  private static Value weight(GraphBuilder g) {
    return g.parameter("w", Tensor.floats(new int[] {3}, 1.5f, -0.5f, 0.25f));
  }

  @Test
  void aValueThatSeveralSegmentsReadGathersAllTheirGradients() {
    GraphBuilder g = new GraphBuilder();
    Value a = g.input("x", Shape.batch(3)).times(weight(g));
    Value b = a.squared();
    Value c = b.times(a).silu();
    Value d = c.plus(b).times(a);
    g.output("loss", d.sum().plus(b.squared().sum()));
    g.output("a", a);
    g.output("d", d);

    assertCutsChangeNothing(g.build());
  }

  @Test
  void noGradientPassesWhereTheGraphStopsIt() {
    GraphBuilder g = new GraphBuilder();
    Value a = g.input("x", Shape.batch(3)).times(weight(g));
    Value held = a.squared().stopGradient();
    g.output("loss", a.times(held.silu()).sum());

    assertCutsChangeNothing(g.build());
  }

  @Test
  void integersTruthValuesAndViewsPass() {
    GraphBuilder g = new GraphBuilder();
    Value a = g.input("x", Shape.batch(3)).times(weight(g));
    Value positive =
        g.add(Operator.GREATER, Attributes.none(), java.util.List.of(a, g.constant(0)));
    Value rows = a.reshape(-1, 3, 1);
    Value size = g.add(Operator.SHAPE, Attributes.none(), java.util.List.of(a));
    Value whole =
        g.add(
            Operator.CAST,
            Attributes.none().with("to", DataType.INT64.onnxCode()),
            java.util.List.of(a.times(10)));
    Value back =
        g.add(
            Operator.CAST,
            Attributes.none().with("to", DataType.FLOAT32.onnxCode()),
            java.util.List.of(whole));
    Value flat = g.add(Operator.RESHAPE, Attributes.none(), java.util.List.of(rows, size));
    Value chosen =
        g.add(
            Operator.WHERE,
            Attributes.none(),
            java.util.List.of(positive, flat.squared(), a.times(3)));
    g.output("loss", chosen.times(back).sum());

    assertCutsChangeNothing(g.build());
  }

  @Test
  void bothRunsOfASegmentDrawTheSameNumbers() {
    GraphBuilder g = new GraphBuilder();
    Value h = g.input("x", Shape.batch(WIDTH));
    float[] ones = new float[WIDTH];
    java.util.Arrays.fill(ones, 2);
    Value w = g.parameter("w", Tensor.floats(new int[] {WIDTH}, ones));
    Value first = h.times(w).dropout(0.5).times(3);
    Value second = first.dropout(0.3).times(5);
    g.output("loss", second.sum());
    float[] x = new float[4 * WIDTH];
    java.util.Arrays.fill(x, 1);

    Map<String, double[]> cut =
        differentiate(g.build(), Map.of("x", Tensor.floats(new int[] {4, WIDTH}, x)), EVERYWHERE);

    // The loss is linear in w, so it is its gradient times w if the masks were the same.
    double product = 0;
    for (double gradient : of(cut, "dw")) {
      product += 2 * gradient;
    }
    assertThat(of(cut, "loss")[0]).isPositive().isCloseTo(product, within(1e-5 * product));
    // With other masks it would be off by about the deviation of so many draws.
    assertThat(of(cut, "loss")[0]).isNotCloseTo(2 * 3 * 5 * 4 * WIDTH, within(1.0));
  }

  @Test
  void aLossThatDrawsNeedsASeed() {
    GraphBuilder g = new GraphBuilder();
    g.output("loss", g.input("x", Shape.batch(3)).times(weight(g)).dropout(0.5).sum());
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights weights = torch.weights(g.build());

      assertThatThrownBy(() -> torch.compile(g.build()).differentiate(FEEDS, weights.learnt()))
          .hasMessage("the graph draws numbers, so it needs a seed");
    }
  }
}
