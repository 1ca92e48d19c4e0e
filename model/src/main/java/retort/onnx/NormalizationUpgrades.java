package retort.onnx;

import java.util.List;
import java.util.Map;
import java.util.Set;
import retort.graph.Attributes;
import retort.graph.Operator;

/** Older and newer forms of normalisations, softmax and attention. */
final class NormalizationUpgrades {
  /** Attributes of Attention that change nothing, or are read; opsets keep adding others. */
  private static final Set<String> PLAIN_ATTENTION =
      Set.of("scale", "is_causal", "softcap", "softmax_precision", "qk_matmul_output_mode");

  private NormalizationUpgrades() {}

  static void addTo(Map<String, Upgrades.Upgrade> all) {
    all.put("BatchNormalization", NormalizationUpgrades::batch);
    all.put("GroupNormalization", NormalizationUpgrades::group);
    all.put("RMSNormalization", NormalizationUpgrades::rootMeanSquare);
    all.put("Softmax", NormalizationUpgrades::softmax);
    all.put("LogSoftmax", NormalizationUpgrades::softmax);
    all.put("Attention", NormalizationUpgrades::attention);
  }

  private static void batch(FileNode node, Translation to) {
    boolean perElement = node.opset() < 9 && node.attributes().integer("spatial", 1) == 0;
    if (perElement || node.attributes().integer("training_mode", 0) != 0) {
      throw node.fail(
          "it takes statistics of the batch or per element, which is not supported; export the"
              + " model for inference");
    }
    Attributes epsilon = Attributes.none().with("epsilon", node.attributes().real("epsilon", 1e-5));
    to.result(node, Operator.BATCH_NORMALIZATION, epsilon, node.inputs());
  }

  /** Scale and bias were per group until opset 21: each is repeated for its group's channels. */
  private static void group(FileNode node, Translation to) {
    if (node.opset() >= 21) {
      Upgrades.pass(node, to);
      return;
    }
    String stem = node.output();
    String x = node.input(0);
    long groups = node.attributes().integer("num_groups", 1);
    Attributes second = Attributes.none().with("start", 1L).with("end", 2L);
    String channels = to.add(stem + "/channels", Operator.SHAPE, second, x);
    String each =
        to.add(
            stem + "/each",
            Operator.DIV,
            Attributes.none(),
            channels,
            to.integers(stem + "/groups", groups));
    String target =
        to.add(
            stem + "/target",
            Operator.CONCAT,
            Attributes.none().with("axis", 0L),
            to.integers(stem + "/rows", groups),
            each);
    to.result(
        node,
        Operator.GROUP_NORMALIZATION,
        node.attributes(),
        x,
        repeated(node.input(1), stem + "/scale", target, to),
        repeated(node.input(2), stem + "/bias", target, to));
  }

  private static String repeated(String perGroup, String stem, String target, Translation to) {
    Attributes none = Attributes.none();
    String column = to.integers(stem + "/column", -1, 1);
    String rows = to.add(stem + "/rows", Operator.RESHAPE, none, perGroup, column);
    String table = to.add(stem + "/table", Operator.EXPAND, none, rows, target);
    return to.add(stem, Operator.RESHAPE, none, table, to.integers(stem + "/vector", -1));
  }

  /** {@code x / sqrt(mean(x^2) + epsilon) * scale}, since opset 23. */
  private static void rootMeanSquare(FileNode node, Translation to) {
    String stem = node.output();
    String x = node.input(0);
    Attributes none = Attributes.none();
    long axis = node.attributes().integer("axis", -1);
    if (axis != -1) {
      throw node.fail("it normalises more than the last axis, which is not supported");
    }
    String square = to.add(stem + "/square", Operator.MUL, none, x, x);
    String mean =
        to.add(
            stem + "/mean", Operator.REDUCE_MEAN, none, square, to.integers(stem + "/axis", axis));
    String epsilon = to.scalar(stem + "/epsilon", node.attributes().real("epsilon", 1e-5), x);
    String sum = to.add(stem + "/sum", Operator.ADD, none, mean, epsilon);
    String root = to.add(stem + "/root", Operator.SQRT, none, sum);
    String normal = to.add(stem + "/normal", Operator.DIV, none, x, root);
    to.result(node, Operator.MUL, none, normal, node.input(1));
  }

  /** Before opset 13 all axes from the given one on, by default the second, counted as one. */
  private static void softmax(FileNode node, Translation to) {
    Operator operator = Operator.named(node.type()).orElseThrow();
    if (node.opset() >= 13) {
      Upgrades.pass(node, to);
      return;
    }
    String x = node.input(0);
    long axis = node.attributes().integer("axis", 1);
    boolean last = axis == -1 || to.rank(x).map(rank -> axis == rank - 1).orElse(false);
    Attributes overLast = Attributes.none().with("axis", -1L);
    if (last) {
      to.result(node, operator, overLast, x);
      return;
    }
    String stem = node.output();
    String matrix =
        to.add(stem + "/matrix", Operator.FLATTEN, Attributes.none().with("axis", axis), x);
    String soft = to.add(stem + "/soft", operator, overLast, matrix);
    String shape = to.add(stem + "/shape", Operator.SHAPE, Attributes.none(), x);
    to.result(node, Operator.RESHAPE, Attributes.none(), soft, shape);
  }

  /** Attention of opset 23 in its plainest form: one head an index, no mask, no cache. */
  private static void attention(FileNode node, Translation to) {
    Attributes given = node.attributes();
    boolean plain =
        node.inputs().size() == 3
            && node.outputs().size() == 1
            && given.integer("is_causal", 0) == 0
            && given.real("softcap", 0) == 0
            && PLAIN_ATTENTION.containsAll(given.asMap().keySet());
    if (!plain) {
      throw node.fail(
          "masks, windows, caches, soft caps and packed heads are not supported; export with opset"
              + " 21");
    }
    Attributes attributes =
        given.has("scale")
            ? Attributes.none().with("scale", given.real("scale", 0))
            : Attributes.none();
    to.result(node, Operator.ATTENTION, attributes, List.copyOf(node.inputs()));
  }
}
