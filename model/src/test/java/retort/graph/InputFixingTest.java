package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.GraphAgreement.assertClose;
import static retort.graph.GraphAgreement.normal;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InputFixingTest {
  @Test
  void fixedSigmaGivesTheResultsOfFedSigmaForEveryBatch() {
    Graph denoiser = ExampleGraphs.denoiser();

    Graph fixed = InputFixing.fix(denoiser, "sigma", Tensor.scalar(2.5));

    assertThat(fixed.inputs()).extracting(Graph.Input::name).containsExactly("noisy", "label");
    assertSameForEveryBatch(fixed, denoiser, 0);
  }

  @Test
  void whatFollowsFromSigmaAloneFoldsAway() {
    Graph denoiser = ExampleGraphs.denoiser();

    Graph folded = ConstantFolding.foldAll(InputFixing.fix(denoiser, "sigma", Tensor.scalar(2.5)));

    assertThat(folded.nodes().stream().map(Node::operator))
        .doesNotContain(Operator.SIN, Operator.COS, Operator.RECIPROCAL);
    assertThat(folded.parameters()).containsOnlyKeys("affine.weight", "conv.weight");
    assertSameForEveryBatch(folded, denoiser, 1e-6);
  }

  @Test
  void trainingKeepsTheParametersOfTheEmbedding() {
    Graph folded =
        ConstantFolding.fold(
            InputFixing.fix(ExampleGraphs.denoiser(), "sigma", Tensor.scalar(2.5)));

    assertThat(folded.parameters()).containsOnlyKeys("map.weight", "affine.weight", "conv.weight");
    assertThat(folded.weights()).doesNotContainKey("freqs");
  }

  @Test
  void batchSizeReadFromTheFixedInputStaysRight() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));
    Value sigma = g.input("sigma", Shape.batch());
    Value shape = g.add(Operator.SHAPE, Attributes.none(), List.of(sigma));
    Value column =
        g.add(
            Operator.CONCAT,
            Attributes.none().with("axis", 0L),
            List.of(shape, g.constant(Tensor.vector(1))));
    Value level = g.add(Operator.RESHAPE, Attributes.none(), List.of(sigma, column));
    g.output("y", x.times(level));
    g.output("total", sigma.sum());
    Graph graph = g.build();

    Graph fixed = InputFixing.fix(graph, "sigma", Tensor.scalar(3));

    for (int n : new int[] {1, 4}) {
      float[] threes = new float[n];
      Arrays.fill(threes, 3);
      Map<String, Tensor> feeds =
          Map.of("x", normal(1, n, 2), "sigma", Tensor.floats(new int[] {n}, threes));
      assertClose(Interpreter.run(fixed, feeds), Interpreter.run(graph, feeds), 0);
    }
  }

  @Test
  void aValueThatDoesNotFitIsRefused() {
    Graph denoiser = ExampleGraphs.denoiser();

    assertThatThrownBy(() -> InputFixing.fix(denoiser, "sigma", normal(1, 5)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("cannot be fixed to a value");
    assertThatThrownBy(() -> InputFixing.fix(denoiser, "level", Tensor.scalar(1)))
        .hasMessageContaining("[noisy, sigma, label]");
  }

  @Test
  void theLastInputWithABatchCannotBeFixed() {
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.input("x", Shape.batch(2)).silu());
    Graph graph = g.build();

    assertThatThrownBy(() -> InputFixing.fix(graph, "x", Tensor.scalar(1)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("how large the batch is");
  }

  private static void assertSameForEveryBatch(Graph fixed, Graph denoiser, double tolerance) {
    for (int n : new int[] {1, 2, 5}) {
      Map<String, Tensor> feeds = ExampleGraphs.denoiserFeeds(n, 2.5f);
      Map<String, Tensor> rest = new HashMap<>(feeds);
      rest.remove("sigma");
      assertClose(Interpreter.run(fixed, rest), Interpreter.run(denoiser, feeds), tolerance);
    }
  }

  @Test
  void whatFollowsFromWeightsMayBeALongChain() {
    GraphBuilder g = new GraphBuilder();
    Value chain = g.constant(Tensor.floats(new int[] {2}, 1, 2));
    for (int i = 0; i < 20_000; i++) {
      chain = chain.plus(0.5);
    }
    Value x = g.input("x", Shape.batch(2));
    g.output("y", x.plus(g.input("s", Shape.batch(2)).times(chain)));

    Graph fixed = InputFixing.fix(g.build(), "s", Tensor.floats(new int[] {2}, 1, 1));

    assertThat(fixed.inputs()).hasSize(1);
  }
}
