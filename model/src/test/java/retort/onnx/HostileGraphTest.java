package retort.onnx;

import static retort.onnx.HostileModel.changed;
import static retort.onnx.HostileModel.file;
import static retort.onnx.HostileModel.numbers;
import static retort.onnx.HostileModel.refused;
import static retort.onnx.HostileModel.relu;
import static retort.onnx.HostileModel.tests;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.graph.DataType;
import retort.graph.Tensor;

/** Graphs whose nodes, functions and branches do not fit each other. */
class HostileGraphTest {
  @TestFactory
  Stream<DynamicTest> nodesThatDoNotFitAreRefused() {
    return tests(wiring());
  }

  private static List<HostileModel> wiring() {
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

  @TestFactory
  Stream<DynamicTest> functionsAndBranchesThatDoNotFitAreRefused() {
    return tests(bodies());
  }

  private static List<HostileModel> bodies() {
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
}
