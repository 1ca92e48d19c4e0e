package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What operators say about shapes while the batch size N is open. */
class BatchInferenceTest {
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Weight> weights = new LinkedHashMap<>();

  @Test
  void channelsFlattenBesideTheBatch() {
    node("y", Operator.FLATTEN, Attributes.none(), "x");

    assertThat(types().type("y")).hasToString("FLOAT32[N, 32]");
  }

  @Test
  void reshapeMayFoldTheBatchIntoAnotherAxis() {
    constant("heads", Tensor.vector(-1, 2, 16));
    node("y", Operator.RESHAPE, Attributes.none(), "x", "heads");

    assertThat(types().type("y")).hasToString("FLOAT32[N, 2, 16]");

    constant("rows", Tensor.vector(-1, 4));
    node("z", Operator.RESHAPE, Attributes.none(), "x", "rows");
    assertThat(types().type("z")).hasToString("FLOAT32[8 * N, 4]");
  }

  @Test
  void shapesComputedFromShapesAreFollowed() {
    constant("zero", Tensor.vector(0));
    constant("rest", Tensor.vector(2, -1));
    node("shape", Operator.SHAPE, Attributes.none(), "x");
    node("batch", Operator.GATHER, Attributes.none(), "shape", "zero");
    node("wanted", Operator.CONCAT, Attributes.none().with("axis", 0), "batch", "rest");
    node("y", Operator.RESHAPE, Attributes.none(), "x", "wanted");

    assertThat(types().type("y")).hasToString("FLOAT32[N, 2, 16]");
    assertThat(types().integers("wanted")).contains(List.of(Dim.BATCH, Dim.of(2), Dim.of(-1)));
  }

  @Test
  void arithmeticOnShapesIsAffineInTheBatch() {
    constant("zero", Tensor.integers(DataType.INT64, new int[0], 0));
    constant("one", Tensor.integers(DataType.INT64, new int[0], 1));
    constant("three", Tensor.integers(DataType.INT64, new int[0], 3));
    node("shape", Operator.SHAPE, Attributes.none(), "x");
    node("n", Operator.GATHER, Attributes.none(), "shape", "zero");
    node("thrice", Operator.MUL, Attributes.none(), "n", "three");
    node("limit", Operator.ADD, Attributes.none(), "thrice", "one");
    node("range", Operator.RANGE, Attributes.none(), "zero", "limit", "one");

    assertThat(types().type("range")).hasToString("INT64[(3 * N + 1)]");
  }

  @Test
  void joiningBatchesAddsThem() {
    constant("extra", Tensor.floats(new int[] {1, 2, 4, 4}, new float[32]));
    node("y", Operator.CONCAT, Attributes.none().with("axis", 0), "x", "extra", "x");

    assertThat(types().type("y")).hasToString("FLOAT32[(2 * N + 1), 2, 4, 4]");
  }

  @Test
  void sizeAndConstantOfShapeFollowTheBatch() {
    node("size", Operator.SIZE, Attributes.none(), "x");
    node("shape", Operator.SHAPE, Attributes.none().with("end", 1), "x");
    node("zeros", Operator.CONSTANT_OF_SHAPE, Attributes.none(), "shape");

    Types types = types();
    assertThat(types.integers("size")).contains(List.of(new Dim(0, 32)));
    assertThat(types.type("zeros")).hasToString("FLOAT32[N]");
    assertThat(types.constant("zeros")).isEmpty();
  }

  @Test
  void shapeThatDependsOnDataIsRefused() {
    node("wanted", Operator.CAST, Attributes.none().with("to", 7), "x");
    node("y", Operator.RESHAPE, Attributes.none(), "x", "wanted");

    assertThatThrownBy(this::types)
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("operand 'wanted' must be a constant or follow from shapes");
  }

  @Test
  void realNumberThatFollowsFromTheBatchIsNotSpelledOut() {
    node("size", Operator.SIZE, Attributes.none(), "x");
    node("count", Operator.CAST, Attributes.none().with("to", 1), "size");
    node("sum", Operator.REDUCE_SUM, Attributes.none(), "x");
    node("mean", Operator.DIV, Attributes.none(), "sum", "count");

    String text =
        TorchScriptMethod.of(graph("mean"), TorchScriptMethod.Layout.CONTIGUOUS, DataType.FLOAT32)
            .source();

    assertThat(text).contains("torch.tensor(n * 2 * 4 * 4").doesNotContain("1009");
  }

  @Test
  void splitAndSliceAlongTheBatchAreWrittenInN() {
    constant("start", Tensor.vector(1));
    constant("end", Tensor.vector(Long.MAX_VALUE));
    node("twice", Operator.CONCAT, Attributes.none().with("axis", 0), "x", "x");
    nodes.add(
        new Node(
            Operator.SPLIT,
            Attributes.none().with("num_outputs", 2),
            List.of("twice"),
            List.of("a", "b")));
    node("y", Operator.SLICE, Attributes.none(), "b", "start", "end");

    String text =
        TorchScriptMethod.of(graph("y"), TorchScriptMethod.Layout.CONTIGUOUS, DataType.FLOAT32)
            .source();

    assertThat(text).contains(", 0, n, n)").contains(", 0, 1, 2147483647, 1)");
    assertThat(types().type("y")).hasToString("FLOAT32[(N + -1), 2, 4, 4]");
  }

  @Test
  void resultWithoutANameIsNoOperand() {
    Attributes halves = Attributes.none().with("num_outputs", 2).with("axis", 1);
    nodes.add(new Node(Operator.SPLIT, halves, List.of("x"), List.of("", "b")));
    nodes.add(new Node(Operator.CLIP, Attributes.none(), List.of("b", ""), List.of("y")));

    assertThat(types().type("y")).hasToString("FLOAT32[N, 1, 4, 4]");
    Tensor x = GraphAgreement.normal(1, 1, 2, 4, 4);
    assertThat(Interpreter.run(graph("y"), Map.of("x", x))).containsKey("y");
    assertThat(
            TorchScriptMethod.of(graph("y"), TorchScriptMethod.Layout.CONTIGUOUS, DataType.FLOAT32)
                .source())
        .contains("torch.narrow(x0, 1, 1, 1)");
  }

  private void node(String name, Operator operator, Attributes attributes, String... operands) {
    nodes.add(new Node(operator, attributes, List.of(operands), List.of(name)));
  }

  private void constant(String name, Tensor value) {
    weights.put(name, Weight.constant(value));
  }

  private Graph graph(String output) {
    Graph.Input x = new Graph.Input("x", DataType.FLOAT32, Shape.batch(2, 4, 4));
    return new Graph(List.of(x), weights, nodes, List.of(output));
  }

  private Types types() {
    return Types.of(graph(nodes.get(nodes.size() - 1).outputs().get(0)));
  }
}
