package retort.onnx;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Operator;
import retort.graph.Tensor;

/**
 * Brings the nodes of a file to opset 21, of whichever opset they are: attributes that became
 * operands, meanings that changed, operators that came and went. Nodes that never changed pass as
 * they are.
 */
final class Upgrades {
  /** What one operator of a file becomes. */
  interface Upgrade {
    void apply(FileNode node, Translation to);
  }

  /** Operators that ONNX does not have, though it has other ones of some of these names. */
  private static final Set<Operator> BEYOND_ONNX =
      EnumSet.of(Operator.SILU, Operator.GROUP_NORM, Operator.ATTENTION, Operator.STOP_GRADIENT);

  private static final Set<Operator> WITH_MANY_RESULTS = EnumSet.of(Operator.SPLIT);

  private static final Map<String, Upgrade> ALL = new HashMap<>();

  static {
    ALL.put("Constant", Upgrades::constant);
    ALL.put("ConstantOfShape", Upgrades::pass);
    ALL.put("Clip", Upgrades::clip);
    ALL.put("Dropout", Upgrades::dropout);
    ALL.put("Celu", Upgrades::celu);
    ALL.put("Swish", Upgrades::swish);
    ALL.put("com.microsoft.QuickGelu", Upgrades::swish);
    ALL.put("com.microsoft.Gelu", (node, to) -> gelu(node, to, "none"));
    ALL.put("com.microsoft.FastGelu", (node, to) -> gelu(node, to, "tanh"));
    ALL.put("com.microsoft.BiasGelu", (node, to) -> gelu(node, to, "none"));
    ShapeUpgrades.addTo(ALL);
    NormalizationUpgrades.addTo(ALL);
    SequenceUpgrades.addTo(ALL);
  }

  private static final int MOST_NAMED = 20;

  private Upgrades() {}

  /** Adds what a node becomes. */
  static void translate(FileNode node, Translation to) {
    if (node.outputs().isEmpty()) {
      throw node.fail("it has no results; the file is damaged, export or copy it again");
    }
    Upgrade upgrade = ALL.get(node.qualifiedType());
    if (upgrade != null) {
      upgrade.apply(node, to);
    } else {
      pass(node, to);
    }
  }

  /** Adds a node that opset 21 reads as its own opset does. */
  static void pass(FileNode node, Translation to) {
    Operator operator =
        Operator.named(node.qualifiedType())
            .filter(candidate -> !BEYOND_ONNX.contains(candidate))
            .orElse(null);
    if (operator == null) {
      to.unsupported(node);
    } else if (WITH_MANY_RESULTS.contains(operator)) {
      to.results(node, operator, node.attributes(), node.inputs());
    } else {
      to.result(node, operator, node.attributes(), node.inputs());
    }
  }

  /** Throws one sentence about all operators that have no counterpart. */
  static void refuseUnsupported(Translation translation) {
    if (translation.unsupported().isEmpty()) {
      return;
    }
    String missing =
        translation.unsupported().entrySet().stream()
            .limit(MOST_NAMED)
            .map(entry -> entry.getKey() + " (first at '" + entry.getValue() + "')")
            .collect(Collectors.joining(", "));
    String supported =
        Arrays.stream(Operator.values())
            .filter(operator -> !BEYOND_ONNX.contains(operator))
            .map(Operator::onnxName)
            .sorted()
            .collect(Collectors.joining(", "));
    throw new OnnxException(
        "it uses operators that Retort does not support: "
            + missing
            + ". Export the model without them; supported are "
            + supported
            + ".");
  }

  private static void constant(FileNode node, Translation to) {
    Attributes attributes = node.attributes();
    Tensor value;
    if (attributes.has("value")) {
      value = attributes.tensor("value").orElseThrow();
    } else if (attributes.has("value_float")) {
      value = Tensor.floats(new int[0], (float) attributes.real("value_float", 0));
    } else if (attributes.has("value_int")) {
      value = Tensor.integers(DataType.INT64, new int[0], attributes.integer("value_int", 0));
    } else if (attributes.has("value_ints")) {
      value = Tensor.vector(attributes.integers("value_ints"));
    } else if (attributes.has("value_floats")) {
      double[] reals = attributes.reals("value_floats");
      value = Tensor.reals(DataType.FLOAT32, new int[] {reals.length}, reals);
    } else {
      throw node.fail("its value is sparse or a text, which is not supported");
    }
    to.define(node.output(), value);
  }

  /** Bounds were attributes before opset 11. */
  private static void clip(FileNode node, Translation to) {
    if (node.opset() >= 11) {
      pass(node, to);
      return;
    }
    String x = node.input(0);
    String min = bound(node, to, "min");
    String max = bound(node, to, "max");
    to.result(node, Operator.CLIP, Attributes.none(), x, min, max);
  }

  private static String bound(FileNode node, Translation to, String name) {
    return node.attributes().has(name)
        ? to.scalar(node.output() + "/" + name, node.attributes().real(name, 0), node.input(0))
        : "";
  }

  /** The ratio became an operand with opset 12; Retort keeps it as an attribute. */
  private static void dropout(FileNode node, Translation to) {
    double ratio = node.attributes().real("ratio", 0.5);
    if (node.has(1)) {
      ratio =
          to.known(node.input(1))
              .filter(value -> value.elements() == 1)
              .map(value -> decimal(value.reals()[0]))
              .orElseThrow(() -> node.fail("its ratio must be one constant number"));
    }
    to.result(
        node,
        Operator.DROPOUT,
        Attributes.none().with("ratio", ratio),
        node.inputs().subList(0, 1));
  }

  private static double decimal(double value) {
    return Double.parseDouble(Float.toString((float) value));
  }

  /** {@code alpha * elu(x / alpha)}. */
  private static void celu(FileNode node, Translation to) {
    String x = node.input(0);
    double alpha = node.attributes().real("alpha", 1);
    if (alpha == 1) {
      to.result(node, Operator.ELU, Attributes.none(), x);
      return;
    }
    String stem = node.output();
    String width = to.scalar(stem + "/alpha", alpha, x);
    String scaled = to.add(stem + "/scaled", Operator.DIV, Attributes.none(), x, width);
    String bent = to.add(stem + "/bent", Operator.ELU, Attributes.none(), scaled);
    to.result(node, Operator.MUL, Attributes.none(), bent, width);
  }

  /** {@code x * sigmoid(alpha x)}. */
  private static void swish(FileNode node, Translation to) {
    String x = node.input(0);
    double alpha = node.attributes().real("alpha", node.domain().isEmpty() ? 1 : 1.702);
    if (alpha == 1) {
      to.result(node, Operator.SILU, Attributes.none(), x);
      return;
    }
    String stem = node.output();
    String factor = to.scalar(stem + "/alpha", alpha, x);
    String scaled = to.add(stem + "/scaled", Operator.MUL, Attributes.none(), x, factor);
    String gate = to.add(stem + "/gate", Operator.SIGMOID, Attributes.none(), scaled);
    to.result(node, Operator.MUL, Attributes.none(), x, gate);
  }

  private static void gelu(FileNode node, Translation to, String approximation) {
    String x = node.input(0);
    if (node.has(1)) {
      x = to.add(node.output() + "/biased", Operator.ADD, Attributes.none(), x, node.input(1));
    }
    to.result(node, Operator.GELU, Attributes.none().with("approximate", approximation), x);
  }
}
