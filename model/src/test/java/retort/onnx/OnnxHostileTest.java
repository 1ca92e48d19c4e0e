package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import retort.graph.DataType;
import retort.graph.ExampleGraphs;
import retort.graph.GraphException;
import retort.graph.Tensor;

/** Files made to do harm, and files that came to harm: each is refused in a sentence. */
class OnnxHostileTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final long HUGE = 1L << 40;

  /** A file and what its refusal names: the place first. */
  private record Case(String what, ModelProto model, List<String> named) {}

  private static Case refused(String what, ModelProto model, String... named) {
    return new Case(what, model, List.of(named));
  }

  @TestFactory
  Stream<DynamicTest> eachIsRefusedInASentenceThatNamesThePlace() {
    return Stream.of(wiring(), tensors(), sizes(), bombs(), bodies())
        .flatMap(List::stream)
        .map(
            hostile ->
                DynamicTest.dynamicTest(
                    hostile.what(),
                    () -> {
                      byte[] bytes = hostile.model().toByteArray();

                      Assertions.assertTimeoutPreemptively(
                          SOON,
                          () ->
                              assertThatThrownBy(() -> OnnxReader.read(bytes))
                                  .isInstanceOf(OnnxException.class)
                                  .hasMessageStartingWith("the model: ")
                                  .message()
                                  .contains(hostile.named())
                                  .hasSizeLessThan(2000));
                    }));
  }

  private static List<Case> wiring() {
    return List.of(
        refused(
            "a cycle",
            file()
                .node("Add", List.of("x", "b"), List.of("a"))
                .node("Relu", List.of("a"), List.of("b"))
                .model("b"),
            "Add 'a'",
            "'b'",
            "nothing before it defines",
            "export"),
        refused(
            "an operand that nothing defines",
            file().node("Relu", List.of("nowhere"), List.of("y")).model("y"),
            "Relu 'y'",
            "'nowhere'"),
        refused(
            "two nodes of one result",
            file()
                .node("Relu", List.of("x"), List.of("y"))
                .node("Abs", List.of("x"), List.of("y"))
                .model("y"),
            "'y' is defined a second time by Abs 'y'"),
        refused(
            "a node that takes an input's name",
            file().node("Relu", List.of("x"), List.of("x")).model("x"),
            "'x' is defined a second time"),
        refused(
            "two weights of one name",
            changed(file().weight("w", numbers(2)).weight("w", numbers(2)).model("w"), graph -> {}),
            "weight 'w' is defined twice"),
        refused(
            "a weight without a name",
            file().weight("", numbers(2)).node("Relu", List.of("x"), List.of("y")).model("y"),
            "a weight has no name"),
        refused(
            "an output that nobody computes",
            file().node("Relu", List.of("x"), List.of("y")).model("z"),
            "output 'z' is not computed"),
        refused(
            "a node without a result",
            changed(
                relu(),
                graph -> graph.addNode(NodeProto.newBuilder().setOpType("Relu").setName("n"))),
            "Relu",
            "'n'",
            "no first result"));
  }

  private static List<Case> tensors() {
    return List.of(
        refused(
            "a negative dimension",
            weight(tensor(1, -2).setRawData(bytes(8))),
            "tensor 'w'",
            "[-2]",
            "negative"),
        refused(
            "dimensions whose product overflows",
            weight(tensor(1, 1L << 31, 1L << 31, 4).setRawData(bytes(8))),
            "tensor 'w'",
            "too large"),
        refused(
            "more dimensions than a tensor has",
            weight(tensor(1).addAllDims(Collections.nCopies(100_000, 1L)).setRawData(bytes(4))),
            "tensor 'w'",
            "too many"),
        refused(
            "fewer bytes than the dimensions say",
            weight(tensor(1, 1000).setRawData(bytes(3996))),
            "tensor 'w' of shape [1000] needs 1000 values but has 999"),
        refused(
            "more bytes than the dimensions say",
            weight(tensor(1, 1000).setRawData(bytes(4001))),
            "tensor 'w' of shape [1000] needs 4000 bytes but has 4001"),
        refused(
            "gigabytes that are not there",
            weight(tensor(1, 1L << 30).setRawData(bytes(1000))),
            "tensor 'w'",
            "1073741824"),
        refused(
            "values of another type",
            weight(tensor(7, 100).addAllFloatData(Collections.nCopies(200, 1f))),
            "tensor 'w' is INT64"),
        refused(
            "values twice",
            weight(
                tensor(1, 100)
                    .setRawData(bytes(400))
                    .addAllFloatData(Collections.nCopies(100, 1f))),
            "at byte",
            "two places"),
        refused(
            "texts as a weight",
            weight(tensor(8, 1).addStringData(ByteString.copyFromUtf8("text"))),
            "weight 'w'",
            "element type 8"),
        refused(
            "an attribute of an unknown type",
            file().node("Relu", List.of("x"), List.of("y")).model("y").toBuilder()
                .setGraph(
                    GraphProto.newBuilder()
                        .addNode(
                            NodeProto.newBuilder()
                                .setOpType("Constant")
                                .addOutput("c")
                                .addAttribute(
                                    AttributeProto.newBuilder()
                                        .setName("value")
                                        .setType(AttributeType.TENSOR)
                                        .setT(TensorProto.newBuilder().setDataType(99)))))
                .build(),
            "Constant 'c'",
            "element type 99"));
  }

  private static List<Case> sizes() {
    List<Case> cases = new ArrayList<>();
    cases.add(
        refused(
            "a shape filled with trillions of numbers",
            file()
                .weight("shape", Tensor.vector(1 << 20, 1 << 20))
                .node("ConstantOfShape", List.of("shape"), List.of("c"))
                .node("ReduceSum", List.of("c"), List.of("y"))
                .model("y"),
            "ConstantOfShape 'c'",
            "67108864"));
    cases.add(
        refused(
            "a negative shape",
            file()
                .weight("shape", Tensor.vector(-5))
                .node("ConstantOfShape", List.of("shape"), List.of("y"))
                .model("y"),
            "ConstantOfShape 'y'",
            "negative"));
    cases.add(
        refused(
            "a weight expanded",
            file()
                .weight("w", numbers(1))
                .weight("shape", Tensor.vector(1 << 30))
                .node("Expand", List.of("w", "shape"), List.of("y"))
                .model("y"),
            "Expand 'y'"));
    cases.add(
        refused(
            "a weight repeated",
            file()
                .weight("w", numbers(2))
                .weight("repeats", Tensor.vector(1 << 29))
                .node("Tile", List.of("w", "repeats"), List.of("y"))
                .model("y"),
            "Tile 'y'"));
    cases.add(
        refused(
            "repeats that overflow",
            file()
                .weight("w", numbers(2))
                .weight("repeats", Tensor.vector(Long.MAX_VALUE))
                .node("Tile", List.of("w", "repeats"), List.of("y"))
                .model("y"),
            "Tile 'y'"));
    cases.add(
        refused(
            "a range of billions",
            file()
                .weight("start", Tensor.integers(DataType.INT64, new int[0], 0))
                .weight("end", Tensor.integers(DataType.INT64, new int[0], HUGE))
                .weight("step", Tensor.integers(DataType.INT64, new int[0], 1))
                .node("Range", List.of("start", "end", "step"), List.of("y"))
                .model("y"),
            "Range 'y'"));
    cases.add(
        refused(
            "a border of billions",
            file()
                .weight("w", numbers(2))
                .weight("pads", Tensor.vector(1 << 30, 1 << 29))
                .node("Pad", List.of("w", "pads"), List.of("y"))
                .model("y"),
            "Pad 'y'"));
    cases.add(
        refused(
            "a weight enlarged",
            file()
                .weight("w", Tensor.floats(new int[] {1, 1, 2, 2}, 1, 2, 3, 4))
                .weight("sizes", Tensor.vector(1, 1, 1 << 20, 1 << 20))
                .node("Resize", List.of("w", "", "", "sizes"), List.of("y"))
                .model("y"),
            "Resize 'y'"));
    cases.add(
        refused(
            "labels of billions of classes",
            file()
                .weight("i", Tensor.vector(1, 2))
                .weight("depth", Tensor.vector(1 << 30))
                .weight("values", numbers(2))
                .node("OneHot", List.of("i", "depth", "values"), List.of("y"))
                .model("y"),
            "OneHot 'y'"));
    cases.add(
        refused(
            "parts of negative length",
            file()
                .weight("lengths", Tensor.vector(1 << 30, 2 - (1 << 30)))
                .node("Split", List.of("x", "lengths"), List.of("y", "z"), "axis", 1)
                .model("y"),
            "Split 'y'"));
    cases.add(doubling());
    cases.add(rankDoubling());
    return cases;
  }

  /** A weight that each node makes twice as large: no node alone asks for much. */
  private static Case doubling() {
    OnnxFiles file = file().weight("w0", numbers(1024));
    for (int i = 0; i < 20; i++) {
      file.node("Concat", List.of("w" + i, "w" + i), List.of("w" + (i + 1)), "axis", 0);
    }
    return refused("a weight doubled again and again", file.model("w20"), "Concat 'w17'");
  }

  private static Case rankDoubling() {
    OnnxFiles file =
        file().weight("w0", Tensor.integers(DataType.INT64, new int[] {1, 1}, new long[1]));
    for (int i = 0; i < 40; i++) {
      file.node("Gather", List.of("w" + i, "w" + i), List.of("w" + (i + 1)));
    }
    return refused("dimensions doubled again and again", file.model("w40"), "Gather 'w5'", "32");
  }

  private static List<Case> bodies() {
    return List.of(
        refused(
            "a function that calls itself through another",
            file()
                .node("own:g", List.of("a"), List.of("b"))
                .asFunction("f", List.of("a"), List.of("b"))
                .node("own:f", List.of("a"), List.of("b"))
                .asFunction("g", List.of("a"), List.of("b"))
                .node("own:f", List.of("x"), List.of("y"))
                .model("y"),
            "function 'own.f' calls itself"),
        refused("functions that double the nodes again and again", functions(30, 2), "32 MiB"),
        refused("functions in functions in functions", functions(100, 1), "32 deep"),
        refused(
            "a function that is called with too many operands",
            file()
                .node("Relu", List.of("a"), List.of("b"))
                .asFunction("f", List.of("a"), List.of("b"))
                .node("own:f", List.of("x", "x"), List.of("y"))
                .model("y"),
            "function 'own.f' takes 1 operands",
            "passes 2"),
        refused(
            "a function defined twice",
            file()
                .asFunction("f", List.of("a"), List.of("a"))
                .asFunction("f", List.of("a"), List.of("a"))
                .node("own:f", List.of("x"), List.of("y"))
                .model("y"),
            "function 'own.f' is defined twice"),
        refused(
            "a choice that nothing before decides",
            file()
                .node("If", List.of("x"), List.of("y"), "then_branch", file().asBranch("x"))
                .model("y"),
            "If 'y'",
            "follows from the inputs"),
        refused(
            "a choice without the branch that it takes",
            file()
                .weight("yes", Tensor.integers(DataType.BOOL, new int[0], 1))
                .node("If", List.of("yes"), List.of("y"), "else_branch", file().asBranch("x"))
                .model("y"),
            "If 'y'",
            "lacks its then_branch"),
        refused(
            "a member that a list does not have",
            file()
                .weight("two", Tensor.integers(DataType.INT64, new int[0], 2))
                .node("SplitToSequence", List.of("x"), List.of("list"), "axis", 1)
                .node("SequenceAt", List.of("list", "two"), List.of("y"))
                .model("y"),
            "SequenceAt 'y'",
            "tensor 2 of a list of 2"),
        refused(
            "a list of a million parts",
            OnnxFiles.opset(21)
                .input("x", "n", 1 << 20)
                .node("SplitToSequence", List.of("x"), List.of("list"), "axis", 1)
                .model("list"),
            "SplitToSequence 'list'",
            "16384"),
        refused(
            "a loop",
            file().node("Loop", List.of("", ""), List.of("y")).model("y"),
            "does not support: Loop (first at 'y')"));
  }

  /** Functions of which each calls the next, some times over. */
  private static ModelProto functions(int count, int times) {
    OnnxFiles file = file().asFunction("f0", List.of("a"), List.of("a"));
    for (int i = 1; i <= count; i++) {
      for (int k = 0; k < times; k++) {
        file.node("own:f" + (i - 1), List.of("a"), List.of("b" + k));
      }
      file.asFunction("f" + i, List.of("a"), List.of("b0"));
    }
    return file.node("own:f" + count, List.of("x"), List.of("y")).model("y");
  }

  private static List<Case> bombs() {
    AttributeProto.Builder nested = AttributeProto.newBuilder().setName("body");
    for (int depth = 0; depth < 200; depth++) {
      nested =
          AttributeProto.newBuilder()
              .setName("body")
              .setType(AttributeType.GRAPH)
              .setG(
                  GraphProto.newBuilder()
                      .addNode(NodeProto.newBuilder().setOpType("If").addAttribute(nested)));
    }
    AttributeProto deep = nested.build();
    return List.of(
        refused(
            "graphs in graphs",
            changed(
                relu(),
                graph ->
                    graph.addNode(
                        NodeProto.newBuilder().setOpType("If").addOutput("z").addAttribute(deep))),
            "at byte",
            "deep"),
        refused(
            "a thousand attributes",
            changed(
                relu(),
                graph ->
                    graph
                        .getNodeBuilder(0)
                        .addAllAttribute(
                            Collections.nCopies(
                                1000, AttributeProto.newBuilder().setName("a").build()))),
            "Relu 'y'",
            "1000 attributes"),
        refused(
            "millions of nodes without anything",
            changed(
                relu(),
                graph ->
                    graph.addAllNode(
                        Collections.nCopies(3_000_000, NodeProto.getDefaultInstance()))),
            "2000000 fields",
            "at byte"),
        refused(
            "a name of tens of megabytes",
            changed(
                relu(),
                graph ->
                    graph.addValueInfo(ValueInfoProto.newBuilder().setName("v".repeat(40 << 20)))),
            "32 MiB"),
        refused(
            "more integers than any network needs",
            changed(
                relu(),
                graph ->
                    graph.addInitializer(
                        TensorProto.newBuilder()
                            .setName("w")
                            .setDataType(2)
                            .addDims((1 << 26) + 1)
                            .setRawData(bytes((1 << 26) + 1)))),
            "tensor 'w'",
            "67108864"),
        refused(
            "an input of too many dimensions",
            changed(
                relu(),
                graph ->
                    graph
                        .getInputBuilder(0)
                        .getTypeBuilder()
                        .getTensorTypeBuilder()
                        .getShapeBuilder()
                        .addAllDim(
                            Collections.nCopies(
                                1000,
                                ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension.newBuilder()
                                    .setDimValue(2)
                                    .build()))),
            "input 'x'",
            "1002 dimensions"),
        refused(
            "an input larger than any",
            changed(
                relu(),
                graph ->
                    graph
                        .getInputBuilder(0)
                        .getTypeBuilder()
                        .getTensorTypeBuilder()
                        .getShapeBuilder()
                        .getDimBuilder(1)
                        .setDimValue(HUGE)),
            "dimension 1 of input 'x'"));
  }

  @Test
  void aLongChainOfNodesIsReadInNoTime() {
    OnnxFiles file = file();
    String last = "x";
    for (int i = 0; i < 20_000; i++) {
      String next = "v" + i;
      file.node(i % 2 == 0 ? "Relu" : "Identity", List.of(last), List.of(next));
      last = next;
    }
    byte[] bytes = file.model(last).toByteArray();

    Assertions.assertTimeoutPreemptively(
        SOON, () -> assertThat(OnnxReader.read(bytes).graph().nodes()).hasSizeGreaterThan(9_999));
  }

  @Test
  void aFileCutAtAnyByteIsRefused() {
    byte[] whole = OnnxRoundTripTest.bytes(ExampleGraphs.block());

    for (int length = 0; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);

      assertReadOrRefused("cut after " + length, cut);
    }
  }

  @Test
  void aFileWithFlippedBitsIsReadOrRefused() {
    byte[] whole = OnnxRoundTripTest.bytes(ExampleGraphs.block());
    Random random = new Random(17);

    for (int round = 0; round < 4000; round++) {
      byte[] flipped = whole.clone();
      StringBuilder what = new StringBuilder("bits");
      for (int i = 0; i <= round % 3; i++) {
        int bit = random.nextInt(8 * whole.length);
        what.append(' ').append(bit);
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
      }

      assertReadOrRefused(what.toString(), flipped);
    }
  }

  private static void assertReadOrRefused(String what, byte[] bytes) {
    try {
      OnnxReader.read(bytes);
    } catch (OnnxException | GraphException e) {
      assertThat(e).as(what).hasMessageContaining("the model: ");
    } catch (RuntimeException | Error e) {
      throw new AssertionError(what + ": neither read nor refused", e);
    }
  }

  private static OnnxFiles file() {
    return OnnxFiles.opset(21).input("x", "n", 2);
  }

  private static ModelProto relu() {
    return file().node("Relu", List.of("x"), List.of("y")).model("y");
  }

  private interface Change {
    void apply(GraphProto.Builder graph);
  }

  private static ModelProto changed(ModelProto model, Change change) {
    ModelProto.Builder builder = model.toBuilder();
    change.apply(builder.getGraphBuilder());
    return builder.build();
  }

  private static ModelProto weight(TensorProto.Builder weight) {
    return changed(relu(), graph -> graph.addInitializer(weight));
  }

  private static TensorProto.Builder tensor(int type, long... dims) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName("w").setDataType(type);
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor;
  }

  private static ByteString bytes(int count) {
    return ByteString.copyFrom(new byte[count]);
  }

  private static Tensor numbers(int count) {
    return Tensor.floats(new int[] {count}, new float[count]);
  }
}
