package retort.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Copies the nodes of a body, that of a function or of a branch, to where it is called: under names
 * of their own, and with the values of the attributes that the body takes from its call.
 */
final class Renaming {
  private final Map<String, String> names = new HashMap<>();
  private final Map<String, AttributeProto> arguments;
  private final UnaryOperator<String> others;

  /**
   * A renaming that knows no names yet.
   *
   * @param arguments attributes by the name under which the body refers to them
   * @param others what a name becomes that was not bound when it is met first
   */
  Renaming(Map<String, AttributeProto> arguments, UnaryOperator<String> others) {
    this.arguments = arguments;
    this.others = others;
  }

  /** Says what a name becomes. */
  void bind(String inner, String outer) {
    names.put(inner, outer);
  }

  boolean binds(String inner) {
    return names.containsKey(inner);
  }

  /** What a name became or becomes; one left out stays so. */
  String name(String inner) {
    return inner.isEmpty() ? "" : names.computeIfAbsent(inner, others);
  }

  NodeProto node(NodeProto node) {
    NodeProto.Builder copy =
        node.toBuilder()
            .clearInput()
            .clearOutput()
            .clearAttribute()
            .addAllInput(all(node.getInputList()));
    copy.addAllOutput(all(node.getOutputList()));
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getRefAttrName().isEmpty()) {
        copy.addAttribute(
            attribute.hasG()
                ? attribute.toBuilder().setG(graph(attribute.getG())).build()
                : attribute);
      } else if (arguments.containsKey(attribute.getRefAttrName())) {
        AttributeProto value = arguments.get(attribute.getRefAttrName());
        copy.addAttribute(value.toBuilder().setName(attribute.getName()));
      }
    }
    return copy.build();
  }

  private GraphProto graph(GraphProto graph) {
    GraphProto.Builder copy = graph.toBuilder().clearNode();
    graph.getNodeList().forEach(node -> copy.addNode(node(node)));
    copy.getInitializerBuilderList().forEach(each -> each.setName(name(each.getName())));
    copy.getInputBuilderList().forEach(each -> each.setName(name(each.getName())));
    copy.getOutputBuilderList().forEach(each -> each.setName(name(each.getName())));
    return copy.build();
  }

  private List<String> all(List<String> inner) {
    return inner.stream().map(this::name).toList();
  }
}
