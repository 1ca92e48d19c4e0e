package retort.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;

/**
 * Lists of tensors, which some exporters make where a network splits or stacks: a list is the names
 * of its members, and what takes one of them takes the member.
 */
final class SequenceUpgrades {
  /** Far more parts than networks split a value into. */
  private static final int MOST_PARTS = 1 << 14;

  private SequenceUpgrades() {}

  static void addTo(Map<String, Upgrades.Upgrade> all) {
    all.put("SplitToSequence", ifTyped(SequenceUpgrades::split));
    all.put("SequenceConstruct", ifTyped((node, to) -> to.list(node, node.inputs())));
    all.put("SequenceAt", ifTyped(SequenceUpgrades::member));
    all.put("SequenceLength", ifTyped(SequenceUpgrades::length));
    all.put("ConcatFromSequence", ifTyped(SequenceUpgrades::concat));
  }

  /** After an unsupported operator nothing is known of shapes; all of these are refused at once. */
  private static Upgrades.Upgrade ifTyped(Upgrades.Upgrade upgrade) {
    return (node, to) -> {
      if (to.types().isPresent()) {
        upgrade.apply(node, to);
      }
    };
  }

  private static void split(FileNode node, Translation to) {
    Shape shape = to.types().orElseThrow().type(node.input(0)).shape();
    long given = node.attributes().integer("axis", 0);
    int axis = (int) (given < 0 ? given + shape.rank() : given);
    if (axis < 0 || axis >= shape.rank() || !shape.dim(axis).isKnown()) {
      throw node.fail(
          "it splits axis "
              + given
              + " of "
              + shape
              + ", whose length should be known;"
              + " export the model with that length fixed");
    }
    long[] lengths = lengths(node, shape.dim(axis).constant(), to);
    String stem = node.output();
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      parts.add(to.fresh(stem + "/" + i));
    }
    to.add(
        Operator.SPLIT,
        Attributes.none().with("axis", (long) axis),
        List.of(node.input(0), to.integers(stem + "/lengths", lengths)),
        parts);
    if (!node.has(1) && node.attributes().integer("keepdims", 1) == 0) {
      String axes = to.integers(stem + "/axes", axis);
      parts.replaceAll(part -> to.add(part, Operator.SQUEEZE, Attributes.none(), part, axes));
    }
    to.list(node, parts);
  }

  /** One length for each part; a single number is that of every part but perhaps the last. */
  private static long[] lengths(FileNode node, long whole, Translation to) {
    Optional<Tensor> split = to.constant(node.input(1));
    if (node.has(1) && split.isEmpty()) {
      throw node.fail(
          "the lengths of its parts should be constant; export the model with them fixed");
    }
    if (split.isPresent() && split.get().rank() == 1) {
      return split.get().integers();
    }
    long each = split.map(value -> value.integers()[0]).orElse(1L);
    if (each < 1 || whole / each >= MOST_PARTS) {
      throw node.fail(
          "it makes parts of "
              + each
              + " out of "
              + whole
              + ", more than "
              + MOST_PARTS
              + "; export the model again");
    }
    long[] lengths = new long[(int) ((whole + each - 1) / each)];
    Arrays.fill(lengths, each);
    if (whole % each != 0) {
      lengths[lengths.length - 1] = whole % each;
    }
    return lengths;
  }

  private static void member(FileNode node, Translation to) {
    List<String> members = members(node, to);
    long position =
        to.constant(node.input(1))
            .filter(value -> value.elements() == 1)
            .orElseThrow(
                () ->
                    node.fail(
                        "which tensor it takes of a list should be constant; export the model again"))
            .integers()[0];
    long index = position < 0 ? position + members.size() : position;
    if (index < 0 || index >= members.size()) {
      throw node.fail(
          "it takes tensor "
              + position
              + " of a list of "
              + members.size()
              + "; export the model again");
    }
    to.result(node, Operator.IDENTITY, Attributes.none(), members.get((int) index));
  }

  private static void length(FileNode node, Translation to) {
    long length = members(node, to).size();
    to.define(node.output(), Tensor.integers(DataType.INT64, new int[0], length));
  }

  private static void concat(FileNode node, Translation to) {
    List<String> members = new ArrayList<>(members(node, to));
    long axis = node.attributes().integer("axis", 0);
    if (node.attributes().integer("new_axis", 0) == 1) {
      String axes = to.integers(node.output() + "/axes", axis);
      members.replaceAll(
          member ->
              to.add(
                  node.output() + "/member", Operator.UNSQUEEZE, Attributes.none(), member, axes));
    }
    to.result(node, Operator.CONCAT, Attributes.none().with("axis", axis), members);
  }

  private static List<String> members(FileNode node, Translation to) {
    return to.list(node.input(0))
        .orElseThrow(
            () ->
                node.fail(
                    "'"
                        + node.input(0)
                        + "' is no list of tensors that nodes before it make;"
                        + " export the model again"));
  }
}
