package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Tensor;

/** Lists of tensors, as PyTorch's exporters make them of chunks and stacks. */
class SequencesTest {
  private final OnnxFiles file = OnnxFiles.opset(18).input("x", "n", 5);

  private static Tensor number(long value) {
    return Tensor.integers(DataType.INT64, new int[0], value);
  }

  private static Tensor result(Graph graph) {
    Tensor x = Tensor.floats(new int[] {1, 5}, 1, 2, 3, 4, 5);
    return Interpreter.run(graph, Map.of("x", x)).values().iterator().next();
  }

  @Test
  void chunksOfOneLengthBecomeASplitOfWhichTheLastMayBeShorter() {
    file.weight("two", number(2)).weight("last", number(-1));
    file.node("SplitToSequence", List.of("x", "two"), List.of("list"), "axis", -1);
    file.node("SequenceAt", List.of("list", "last"), List.of("y"));

    Graph graph = file.read("y");

    assertThat(graph.nodes()).extracting(node -> node.operator()).contains(Operator.SPLIT);
    assertThat(result(graph).reals()).containsExactly(5);
  }

  @Test
  void chunksOfGivenLengthsBecomeASplit() {
    file.weight("lengths", Tensor.vector(2, 3)).weight("one", number(1));
    file.node("SplitToSequence", List.of("x", "lengths"), List.of("list"), "axis", 1);
    file.node("SequenceAt", List.of("list", "one"), List.of("y"));

    assertThat(result(file.read("y")).reals()).containsExactly(3, 4, 5);
  }

  @Test
  void singleMembersMayLoseTheirAxisAndAreStackedInAnotherOrder() {
    file.weight("zero", number(0)).weight("three", number(3));
    file.node("SplitToSequence", List.of("x"), List.of("list"), "axis", 1, "keepdims", 0);
    file.node("SequenceAt", List.of("list", "zero"), List.of("a"));
    file.node("SequenceAt", List.of("list", "three"), List.of("b"));
    file.node("SequenceConstruct", List.of("b", "a"), List.of("turned"));
    file.node("ConcatFromSequence", List.of("turned"), List.of("y"), "axis", 1, "new_axis", 1);

    Tensor y = result(file.read("y"));

    assertThat(y.shape()).containsExactly(1, 2);
    assertThat(y.reals()).containsExactly(4, 1);
  }

  @Test
  void lengthOfAListIsKnown() {
    file.node("SplitToSequence", List.of("x"), List.of("list"), "axis", 1);
    file.node("SequenceLength", List.of("list"), List.of("length"));
    file.node("CastLike", List.of("length", "x"), List.of("real"));
    file.node("Mul", List.of("x", "real"), List.of("y"));

    assertThat(result(file.read("y")).reals()).containsExactly(5, 10, 15, 20, 25);
  }
}
