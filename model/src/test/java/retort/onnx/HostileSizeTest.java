package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static retort.onnx.HostileModel.bytes;
import static retort.onnx.HostileModel.changed;
import static retort.onnx.HostileModel.file;
import static retort.onnx.HostileModel.numbers;
import static retort.onnx.HostileModel.refused;
import static retort.onnx.HostileModel.relu;
import static retort.onnx.HostileModel.tests;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import retort.graph.DataType;
import retort.graph.Tensor;

/** Files that ask for more memory or time than any network needs. */
class HostileSizeTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final long HUGE = 1L << 40;

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

  @TestFactory
  Stream<DynamicTest> whatGrowsWhenItIsComputedIsRefused() {
    return tests(computed());
  }

  /** Small files of which much follows. */
  private static List<HostileModel> computed() {
    List<HostileModel> cases = new ArrayList<>();
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
  private static HostileModel doubling() {
    OnnxFiles file = file().weight("w0", numbers(1024));
    for (int i = 0; i < 20; i++) {
      file.node("Concat", List.of("w" + i, "w" + i), List.of("w" + (i + 1)), "axis", 0);
    }
    return refused("a weight doubled again and again", file.model("w20"), "Concat 'w17'");
  }

  private static HostileModel rankDoubling() {
    OnnxFiles file =
        file().weight("w0", Tensor.integers(DataType.INT64, new int[] {1, 1}, new long[1]));
    for (int i = 0; i < 40; i++) {
      file.node("Gather", List.of("w" + i, "w" + i), List.of("w" + (i + 1)));
    }
    return refused("dimensions doubled again and again", file.model("w40"), "Gather 'w5'", "32");
  }

  @TestFactory
  Stream<DynamicTest> whatIsLargeInTheFileIsRefused() {
    return tests(written());
  }

  /** Files that hold much themselves. */
  private static List<HostileModel> written() {
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
                                TensorShapeProto.Dimension.newBuilder().setDimValue(2).build()))),
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
}
