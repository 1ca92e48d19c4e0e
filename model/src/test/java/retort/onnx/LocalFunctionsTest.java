package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static retort.graph.GraphAgreement.normal;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Tensor;

/** Functions that a file brings along, and choices in its graph. */
class LocalFunctionsTest {
  private final OnnxFiles file = OnnxFiles.opset(18).input("x", "n", 4);

  private static double[] result(Graph graph) {
    Tensor x = Tensor.floats(new int[] {1, 4}, -2, -1, 1, 2);
    return Interpreter.run(graph, Map.of("x", x)).values().iterator().next().reals();
  }

  private static Tensor bool(boolean value) {
    return Tensor.integers(DataType.BOOL, new int[0], value ? 1 : 0);
  }

  @Test
  void aCallBecomesTheNodesOfTheFunctionEachTimeUnderOtherNames() {
    file.node("Relu", List.of("a"), List.of("r"))
        .node("Add", List.of("r", "b"), List.of("c"))
        .asFunction("f", List.of("a", "b"), List.of("c"))
        .node("own:f", List.of("x", "x"), List.of("h"))
        .node("own:f", List.of("h", "x"), List.of("y"));

    assertThat(result(file.read("y"))).containsExactly(-2, -1, 3, 6);
  }

  @Test
  void functionsCallFunctionsAndPassTheirAttributesOn() {
    file.node("LeakyRelu", List.of("a"), List.of("b"), "alpha", new OnnxFiles.Reference("slope"))
        .asFunction("leaky", List.of("a"), List.of("b"))
        .node("own:leaky", List.of("a"), List.of("b"), "slope", new OnnxFiles.Reference("outer"))
        .asFunction("f", List.of("a"), List.of("b"))
        .node("own:f", List.of("x"), List.of("y"), "outer", 0.5f);

    assertThat(result(file.read("y"))).containsExactly(-1, -0.5, 1, 2);
  }

  @Test
  void anAttributeThatTheCallDoesNotGiveHasItsUsualValue() {
    file.node("LeakyRelu", List.of("a"), List.of("b"), "alpha", new OnnxFiles.Reference("slope"))
        .asFunction("leaky", List.of("a"), List.of("b"))
        .node("own:leaky", List.of("x"), List.of("y"));

    assertThat(result(file.read("y"))).containsExactly(-0.02, -0.01, 1, 2);
  }

  @Test
  void aFunctionMayPassAnOperandOnAndLeaveAResultUnused() {
    file.node("Neg", List.of("a"), List.of("b"))
        .asFunction("f", List.of("a"), List.of("b", "a"))
        .node("own:f", List.of("x"), List.of("", "y"));

    assertThat(result(file.read("y"))).containsExactly(-2, -1, 1, 2);
  }

  @Test
  void weightsThatAFunctionTakesAreLearnt() {
    file.weight("w", normal(1, 4, 4))
        .node("Transpose", List.of("b"), List.of("t"))
        .node("MatMul", List.of("a", "t"), List.of("c"))
        .asFunction("linear", List.of("a", "b"), List.of("c"))
        .node("own:linear", List.of("x", "w"), List.of("y"));

    assertThat(file.read("y").parameters()).containsOnlyKeys("w");
  }

  @Test
  void aChoiceBecomesTheBranchThatItsShapesDecide() {
    file.weight("rank", Tensor.vector(2))
        .node("Shape", List.of("x"), List.of("shape"))
        .node("Shape", List.of("shape"), List.of("count"))
        .node("Equal", List.of("count", "rank"), List.of("known"))
        .node(
            "If",
            List.of("known"),
            List.of("y"),
            "then_branch",
            OnnxFiles.opset(18)
                .weight("two", Tensor.scalar(2))
                .node("Mul", List.of("x", "two"), List.of("inner"))
                .asBranch("inner"),
            "else_branch",
            OnnxFiles.opset(18).node("Loop", List.of("", ""), List.of("z")).asBranch("z"));

    assertThat(result(file.read("y"))).containsExactly(-4, -2, 2, 4);
  }

  @Test
  void aBranchMayGiveBackWhatIsOutsideAndChooseAgain() {
    file.weight("no", bool(false))
        .weight("yes", bool(true))
        .node("Abs", List.of("x"), List.of("inner"))
        .node(
            "If",
            List.of("no"),
            List.of("y"),
            "else_branch",
            OnnxFiles.opset(18)
                .node("Neg", List.of("inner"), List.of("n"))
                .node(
                    "If",
                    List.of("yes"),
                    List.of("z"),
                    "then_branch",
                    OnnxFiles.opset(18).asBranch("n"))
                .asBranch("z"));

    assertThat(result(file.read("y"))).containsExactly(-2, -1, -1, -2);
  }

  @Test
  void aFunctionMayChooseByAnOperand() {
    file.weight("yes", bool(true))
        .node(
            "If",
            List.of("flag"),
            List.of("b"),
            "then_branch",
            OnnxFiles.opset(18).node("Relu", List.of("a"), List.of("r")).asBranch("r"),
            "else_branch",
            OnnxFiles.opset(18).asBranch("a"))
        .asFunction("f", List.of("a", "flag"), List.of("b"))
        .node("own:f", List.of("x", "yes"), List.of("y"));

    Graph graph = file.read("y");

    assertThat(graph.nodes()).extracting(node -> node.operator()).contains(Operator.RELU);
    assertThat(result(graph)).containsExactly(0, 0, 1, 2);
  }
}
