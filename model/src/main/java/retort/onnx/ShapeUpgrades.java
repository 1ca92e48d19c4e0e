package retort.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.graph.Attributes;
import retort.graph.Dim;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;

/** Older forms of operators that move, cut and reduce: their axes and sizes became operands. */
final class ShapeUpgrades {
  private ShapeUpgrades() {}

  static void addTo(Map<String, Upgrades.Upgrade> all) {
    all.put("Squeeze", (node, to) -> axesAsOperand(node, to, 13));
    all.put("Unsqueeze", (node, to) -> axesAsOperand(node, to, 13));
    all.put("ReduceSum", (node, to) -> axesAsOperand(node, to, 13));
    for (String reduction :
        List.of(
            "ReduceMean",
            "ReduceMax",
            "ReduceMin",
            "ReduceProd",
            "ReduceL1",
            "ReduceL2",
            "ReduceSumSquare",
            "ReduceLogSum",
            "ReduceLogSumExp")) {
      all.put(reduction, (node, to) -> axesAsOperand(node, to, 18));
    }
    all.put("Split", ShapeUpgrades::split);
    all.put("Slice", ShapeUpgrades::slice);
    all.put("Pad", ShapeUpgrades::pad);
    all.put("Upsample", ShapeUpgrades::upsample);
    all.put("Resize", ShapeUpgrades::resize);
    all.put("GatherND", ShapeUpgrades::gatherRows);
  }

  /**
   * Rows of a table, as indexing with integers is exported: Gather, where one index tells a row.
   */
  private static void gatherRows(FileNode node, Translation to) {
    Optional<Shape> indices = to.types().map(types -> types.type(node.input(1)).shape());
    boolean rows =
        node.attributes().integer("batch_dims", 0) == 0
            && indices
                .filter(shape -> shape.rank() > 0)
                .filter(shape -> shape.dim(shape.rank() - 1).equals(Dim.of(1)))
                .isPresent();
    if (!rows) {
      to.unsupported(node);
      return;
    }
    String stem = node.output();
    String index =
        to.add(
            stem + "/index",
            Operator.SQUEEZE,
            Attributes.none(),
            node.input(1),
            to.integers(stem + "/axes", -1));
    to.result(node, Operator.GATHER, Attributes.none(), node.input(0), index);
  }

  private static void axesAsOperand(FileNode node, Translation to, int since) {
    Optional<Operator> operator = Operator.named(node.type());
    if (operator.isEmpty() || node.opset() >= since || !node.attributes().has("axes")) {
      Upgrades.pass(node, to);
      return;
    }
    String axes = to.integers(node.output() + "/axes", node.attributes().integers("axes"));
    Attributes attributes = Attributes.none();
    if (node.attributes().has("keepdims")) {
      attributes = attributes.with("keepdims", node.attributes().integer("keepdims", 1));
    }
    to.result(node, operator.get(), attributes, node.input(0), axes);
  }

  private static void split(FileNode node, Translation to) {
    Attributes axis = Attributes.none().with("axis", node.attributes().integer("axis", 0));
    if (node.attributes().has("split")) {
      String sizes = to.integers(node.output() + "/split", node.attributes().integers("split"));
      to.results(node, Operator.SPLIT, axis, List.of(node.input(0), sizes));
    } else if (node.has(1)) {
      to.results(node, Operator.SPLIT, axis, node.inputs());
    } else {
      Attributes parts = axis.with("num_outputs", (long) node.outputs().size());
      to.results(node, Operator.SPLIT, parts, node.inputs());
    }
  }

  /** Everything was an attribute before opset 10. */
  private static void slice(FileNode node, Translation to) {
    if (node.opset() >= 10) {
      Upgrades.pass(node, to);
      return;
    }
    String stem = node.output();
    long[] starts = node.attributes().integers("starts");
    long[] every = new long[starts.length];
    for (int i = 0; i < every.length; i++) {
      every[i] = i;
    }
    to.result(
        node,
        Operator.SLICE,
        Attributes.none(),
        node.input(0),
        to.integers(stem + "/starts", starts),
        to.integers(stem + "/ends", node.attributes().integers("ends")),
        to.integers(stem + "/axes", node.attributes().integers("axes", every)));
  }

  /** Widths and value were attributes before opset 11. */
  private static void pad(FileNode node, Translation to) {
    if (node.opset() >= 11) {
      Upgrades.pass(node, to);
      return;
    }
    String stem = node.output();
    String x = node.input(0);
    to.result(
        node,
        Operator.PAD,
        Attributes.none().with("mode", node.attributes().text("mode", "constant")),
        x,
        to.integers(stem + "/pads", node.attributes().integers("pads")),
        to.scalar(stem + "/value", node.attributes().real("value", 0), x));
  }

  /** Upsample is Resize with the coordinates of opset 10. */
  private static void upsample(FileNode node, Translation to) {
    String scales = node.input(1);
    if (node.attributes().has("scales")) {
      double[] factors = node.attributes().reals("scales");
      float[] values = new float[factors.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) factors[i];
      }
      scales =
          to.constant(node.output() + "/scales", Tensor.floats(new int[] {values.length}, values));
    }
    to.result(node, Operator.RESIZE, asymmetric(node), node.input(0), "", scales);
  }

  private static Attributes asymmetric(FileNode node) {
    String mode = node.attributes().text("mode", "nearest");
    return Attributes.none()
        .with("mode", mode.equals("bilinear") ? "linear" : mode)
        .with("coordinate_transformation_mode", "asymmetric")
        .with("nearest_mode", "floor");
  }

  /** Opset 10 had scales alone; later exporters write empty tensors for what they leave out. */
  private static void resize(FileNode node, Translation to) {
    if (node.opset() < 11) {
      to.result(node, Operator.RESIZE, asymmetric(node), node.input(0), "", node.input(1));
      return;
    }
    List<String> operands = new ArrayList<>();
    for (String name : node.inputs()) {
      boolean empty = to.known(name).map(value -> value.elements() == 0).orElse(false);
      operands.add(empty ? "" : name);
    }
    while (operands.get(operands.size() - 1).isEmpty()) {
      operands.remove(operands.size() - 1);
    }
    to.result(node, Operator.RESIZE, lasting(node, to), operands);
  }

  /**
   * TensorFlow's own coordinates left ONNX with opset 13. Enlarged by whole numbers, {@code
   * floor((x + 0.5) / scale)} is {@code floor(x / scale)}.
   */
  private static Attributes lasting(FileNode node, Translation to) {
    String name = "coordinate_transformation_mode";
    boolean whole =
        node.attributes().text(name, "").equals("tf_half_pixel_for_nn")
            && node.attributes().text("nearest_mode", "").equals("floor")
            && to.known(node.input(2))
                .map(scales -> Arrays.stream(scales.reals()).allMatch(x -> x >= 1 && x % 1 == 0))
                .orElse(false);
    return whole ? node.attributes().with(name, "asymmetric") : node.attributes();
  }
}
