package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static retort.graph.GraphAgreement.normal;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Weight;

class OlderOpsetsTest {
  private static final List<String> X = List.of("x");
  private static final List<String> Y = List.of("y");

  @Test
  void axesOfOldReductionsAndSqueezesAreRead() {
    Graph graph =
        OnnxFiles.opset(11)
            .input("x", "n", 2, 3)
            .node("ReduceMean", X, List.of("m"), "axes", new int[] {1}, "keepdims", 1)
            .node("Squeeze", List.of("m"), List.of("s"), "axes", new int[] {1})
            .node("Unsqueeze", List.of("s"), Y, "axes", new int[] {0, 2})
            .read("y");

    Tensor y = run(graph, Tensor.floats(new int[] {1, 2, 3}, 1, 2, 3, 3, 4, 5));
    assertThat(y.shape()).containsExactly(1, 1, 1, 3);
    assertThat(y.reals()).containsExactly(2, 3, 4);
  }

  @Test
  void boundsPadsAndSlicesWereAttributes() {
    Graph graph =
        OnnxFiles.opset(9)
            .input("x", "n", 3)
            .node("Clip", X, List.of("c"), "min", 0f, "max", 2f)
            .node("Pad", List.of("c"), List.of("p"), "pads", new int[] {0, 1, 0, 0}, "value", 7f)
            .node(
                "Slice",
                List.of("p"),
                Y,
                "axes",
                new int[] {1},
                "starts",
                new int[] {0},
                "ends",
                new int[] {3})
            .read("y");

    assertThat(run(graph, Tensor.floats(new int[] {1, 3}, -1, 5, 1)).reals())
        .containsExactly(7, 0, 2);
  }

  @Test
  void upsampleIsResize() {
    Graph graph =
        OnnxFiles.opset(9)
            .input("x", "n", 1, 1, 2)
            .weight("scales", Tensor.floats(new int[] {4}, 1, 1, 2, 2))
            .node("Upsample", List.of("x", "scales"), Y, "mode", "nearest")
            .read("y");

    assertThat(run(graph, Tensor.floats(new int[] {1, 1, 1, 2}, 1, 2)).reals())
        .containsExactly(1, 1, 2, 2, 1, 1, 2, 2);
  }

  @Test
  void oldSoftmaxSpansAllAxesFromTheGivenOne() {
    Graph graph = OnnxFiles.opset(11).input("x", "n", 2, 2).node("Softmax", X, Y).read("y");

    Tensor y = run(graph, Tensor.floats(new int[] {1, 2, 2}, 0, 0, 0, 0));
    assertThat(y.shape()).containsExactly(1, 2, 2);
    assertThat(y.reals()).containsExactly(0.25, 0.25, 0.25, 0.25);
  }

  @Test
  void oldSoftmaxOverTheLastAxisIsRaised() {
    Graph graph =
        OnnxFiles.opset(11)
            .input("x", "n", 2, 2)
            .node("Relu", X, List.of("r"))
            .node("Softmax", List.of("r"), Y, "axis", 2)
            .read("y");

    assertThat(graph.nodes().stream().map(Node::operator))
        .containsExactly(Operator.RELU, Operator.SOFTMAX);
  }

  @Test
  void splitSizesWereAttributes() {
    Graph graph =
        OnnxFiles.opset(11)
            .input("x", "n", 3)
            .node("Split", X, List.of("a", "b"), "axis", 1, "split", new int[] {1, 2})
            .node("Concat", List.of("b", "a"), Y, "axis", 1)
            .read("y");

    assertThat(run(graph, Tensor.floats(new int[] {1, 3}, 1, 2, 3)).reals())
        .containsExactly(2, 3, 1);
  }

  @Test
  void dropoutIsReadWhereverItsRatioStands() {
    Graph old =
        OnnxFiles.opset(10)
            .input("x", "n", 3)
            .node("Dropout", X, List.of("y", "mask"), "ratio", 0.2f)
            .read("y");
    Graph later =
        OnnxFiles.opset(13)
            .input("x", "n", 3)
            .weight("r", Tensor.floats(new int[0], 0.2f))
            .node("Dropout", List.of("x", "r"), Y)
            .read("y");

    for (Graph graph : List.of(old, later)) {
      assertThat(graph.nodes().get(0).attributes().real("ratio", 0)).isEqualTo(0.2);
    }
  }

  @Test
  void groupScalesOfOpset18AreRepeatedForTheirChannels() {
    Graph graph =
        OnnxFiles.opset(18)
            .input("x", "n", 4, 3)
            .weight("scale", Tensor.floats(new int[] {2}, 1, 10))
            .weight("bias", Tensor.floats(new int[] {2}, 0, 100))
            .node("GroupNormalization", List.of("x", "scale", "bias"), Y, "num_groups", 2)
            .read("y");

    assertThat(graph.parameters()).containsOnlyKeys("scale", "bias");
    double[] y = run(graph, normal(1, 1, 4, 3)).reals();
    double second = 0;
    for (int i = 6; i < 12; i++) {
      second += y[i] / 6;
    }
    assertThat(second).isCloseTo(100, Offset.offset(1e-6));
  }

  @Test
  void swishBecomesSilu() {
    Graph swish = OnnxFiles.opset(24).input("x", "n", 3).node("Swish", X, Y).read("y");
    Graph quick =
        OnnxFiles.opset(17)
            .input("x", "n", 3)
            .node("com.microsoft:QuickGelu", X, Y, "alpha", 1f)
            .read("y");

    for (Graph graph : List.of(swish, quick)) {
      assertThat(graph.nodes().stream().map(Node::operator)).containsExactly(Operator.SILU);
    }
  }

  @Test
  void tensorFlowsNearestByWholeNumbersBecomesWhatOnnxKept() {
    Graph graph =
        OnnxFiles.opset(17)
            .input("x", "n", 1, 1, 2)
            .weight("scales", Tensor.floats(new int[] {4}, 1, 1, 1, 2))
            .node(
                "Resize",
                List.of("x", "", "scales"),
                Y,
                "mode",
                "nearest",
                "nearest_mode",
                "floor",
                "coordinate_transformation_mode",
                "tf_half_pixel_for_nn")
            .read("y");

    Tensor y = run(graph, Tensor.floats(new int[] {1, 1, 1, 2}, 1, 2));

    assertThat(y.reals()).containsExactly(1, 1, 2, 2);
    assertThat(graph.nodes().get(0).attributes().text("coordinate_transformation_mode", ""))
        .isEqualTo("asymmetric");
  }

  @Test
  void celuIsAScaledElu() {
    Graph graph =
        OnnxFiles.opset(17)
            .input("x", "n", 2)
            .node("Celu", List.of("x"), Y, "alpha", 0.5f)
            .read("y");

    Tensor y = run(graph, Tensor.floats(new int[] {1, 2}, -1, 3));

    assertThat(y.reals()).containsExactly(new double[] {0.5 * Math.expm1(-2), 3}, within(1e-6));
  }

  @Test
  void rowsTakenByGatherNdAreGathered() {
    Graph graph =
        OnnxFiles.opset(17)
            .input("x", "n", 2)
            .weight("table", Tensor.floats(new int[] {3, 2}, 1, 2, 3, 4, 5, 6))
            .weight("rows", Tensor.integers(DataType.INT64, new int[] {2, 1}, 2, 0))
            .node("GatherND", List.of("table", "rows"), List.of("taken"))
            .node("MatMul", List.of("x", "taken"), Y)
            .read("y");

    assertThat(run(graph, Tensor.floats(new int[] {1, 2}, 1, 10)).reals()).containsExactly(15, 26);
    assertThat(graph.parameters()).containsOnlyKeys("table");
  }

  @Test
  void constantNodesAndWeightsAmongTheInputsAreWeights() {
    Graph graph =
        OnnxFiles.opset(8)
            .input("x", "n", 2)
            .input("w", 2, 2)
            .weight("w", normal(1, 2, 2))
            .node("Constant", List.of(), List.of("c"), "value", Tensor.floats(new int[0], 2))
            .node("MatMul", List.of("x", "w"), List.of("h"))
            .node("Mul", List.of("h", "c"), Y)
            .read("y");

    assertThat(graph.inputs()).extracting(Graph.Input::name).containsExactly("x");
    assertThat(graph.parameters()).containsOnlyKeys("w");
    assertThat(graph.weights()).containsOnlyKeys("w", "c");
  }

  @Test
  void parametersAreRecognisedFromTheirUse() {
    Graph graph =
        OnnxFiles.opset(17)
            .input("x", "n", 4)
            .weight("w", normal(1, 4, 3))
            .weight("b", normal(2, 3))
            .weight("frequencies", normal(3, 1, 3))
            .weight("running_mean", normal(4, 3))
            .weight("running_var", Tensor.floats(new int[] {3}, 1, 2, 3))
            .weight("s", normal(5, 3))
            .weight("t", normal(6, 3))
            .node("MatMul", List.of("x", "w"), List.of("h"))
            .node("Add", List.of("b", "h"), List.of("i"))
            .node(
                "BatchNormalization",
                List.of("i", "s", "t", "running_mean", "running_var"),
                List.of("j"))
            .node("Mul", List.of("j", "frequencies"), List.of("k"))
            .node("Sin", List.of("k"), Y)
            .read("y");

    assertThat(graph.parameters()).containsOnlyKeys("w", "b", "s", "t");
    assertThat(Objects.requireNonNull(graph.weights().get("running_var")).role())
        .isEqualTo(Weight.Role.BUFFER);
  }

  private static Tensor run(Graph graph, Tensor x) {
    return Objects.requireNonNull(Interpreter.run(graph, Map.of("x", x)).get("y"));
  }
}
