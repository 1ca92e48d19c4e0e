package retort.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.List;
import retort.graph.Attributes;
import retort.graph.GraphException;

/**
 * A node as it stands in a file.
 *
 * @param domain who defines the operator; empty for ONNX itself
 * @param type the operator
 * @param opset the version of ONNX's operators that the file uses
 * @param attributes constant arguments
 * @param inputs names of operands, without empty names at the end
 * @param outputs names of results, without empty names at the end
 */
record FileNode(
    String domain,
    String type,
    long opset,
    Attributes attributes,
    List<String> inputs,
    List<String> outputs) {

  /**
   * Reads a node.
   *
   * @param tensors reads its attributes
   */
  static FileNode of(NodeProto node, long opset, TensorReader tensors) {
    String domain = node.getDomain().equals("ai.onnx") ? "" : node.getDomain();
    FileNode bare =
        new FileNode(
            domain,
            node.getOpType(),
            opset,
            Attributes.none(),
            trimmed(node.getInputList()),
            trimmed(node.getOutputList()));
    if (bare.output().isEmpty()) {
      throw bare.fail(
          "node '"
              + node.getName()
              + "' has no first result, which every node should have; export the model again");
    }
    try {
      return bare.with(AttributeMessages.read(node, tensors));
    } catch (GraphException | OnnxException e) {
      throw bare.fail(String.valueOf(e.getMessage()));
    }
  }

  private FileNode with(Attributes read) {
    return new FileNode(domain, type, opset, read, inputs, outputs);
  }

  private static List<String> trimmed(List<String> names) {
    int size = names.size();
    while (size > 0 && names.get(size - 1).isEmpty()) {
      size--;
    }
    return List.copyOf(names.subList(0, size));
  }

  /** The operator with its domain. */
  String qualifiedType() {
    return domain.isEmpty() ? type : domain + "." + type;
  }

  /** Name of an operand; empty where it is left out. */
  String input(int i) {
    return i < inputs.size() ? inputs.get(i) : "";
  }

  boolean has(int i) {
    return !input(i).isEmpty();
  }

  /** Name of the first result. */
  String output() {
    return outputs.isEmpty() ? "" : outputs.get(0);
  }

  /** How error messages name the node. */
  String label() {
    return qualifiedType() + " '" + output() + "'";
  }

  /** The operands with one replaced, or added; those between are left out. */
  List<String> inputsWith(int i, String name) {
    List<String> changed = new ArrayList<>(inputs);
    while (changed.size() <= i) {
      changed.add("");
    }
    changed.set(i, name);
    return changed;
  }

  OnnxException fail(String reason) {
    return new OnnxException(label() + ": " + reason);
  }
}
