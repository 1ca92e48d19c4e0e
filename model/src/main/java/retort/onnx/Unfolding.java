package retort.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import retort.graph.Tensor;

/**
 * Turns the nodes of a file into a plain sequence: a call of one of the file's functions becomes
 * the function's nodes, and a choice becomes the branch that it always takes.
 */
final class Unfolding {
  private static final int MAX_DEPTH = 32;

  /** So many bytes of messages may arise, which is as much as the message of a file may have. */
  private static final long MAX_BYTES = 32 << 20;

  /** What a message takes beside its bytes. */
  private static final long OVERHEAD = 64;

  private final LocalFunctions functions;
  private final long opset;
  private final TensorReader tensors;
  private final Translation translation;
  private final ObjLongConsumer<NodeProto> translate;
  private final List<String> calls = new ArrayList<>();
  private long bytes;

  /**
   * Unfolds into a translation.
   *
   * @param opset the version of ONNX's operators outside of functions
   * @param translate takes each node and the version of its operators
   */
  Unfolding(
      ModelProto model,
      long opset,
      TensorReader tensors,
      Translation translation,
      ObjLongConsumer<NodeProto> translate) {
    this.functions = new LocalFunctions(model);
    this.opset = opset;
    this.tensors = tensors;
    this.translation = translation;
    this.translate = translate;
  }

  /** Unfolds nodes of the file's graph. */
  void unfold(List<NodeProto> nodes) {
    unfold(nodes, opset);
  }

  private void unfold(List<NodeProto> nodes, long version) {
    nodes.forEach(this::use);
    for (NodeProto node : nodes) {
      Optional<FunctionProto> function = functions.called(node);
      if (function.isPresent()) {
        call(node, function.get());
      } else if (isChoice(node)) {
        branch(node, version);
      } else {
        translate.accept(node, version);
      }
    }
  }

  private static boolean isChoice(NodeProto node) {
    return node.getOpType().equals("If")
        && (node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx"));
  }

  /** Notes what a node reads, and what graphs in it read. */
  private void use(NodeProto node) {
    node.getInputList().forEach(translation::use);
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.hasG()) {
        attribute.getG().getNodeList().forEach(this::use);
        attribute.getG().getOutputList().forEach(output -> translation.use(output.getName()));
      }
    }
  }

  private void call(NodeProto node, FunctionProto function) {
    String label = LocalFunctions.label(function);
    if (calls.contains(label + function.getOverload())) {
      throw new OnnxException(
          "function '"
              + label
              + "' calls itself, directly or through others, and would never end;"
              + " export the model again");
    }
    calls.add(label + function.getOverload());
    spend(label, function.getSerializedSize());
    List<NodeProto> body = LocalFunctions.body(node, function, translation::fresh);
    body.forEach(inner -> spend(label, inner.getSerializedSize()));
    unfold(body, OnnxReader.opset(function.getOpsetImportList()).orElse(opset));
    calls.remove(calls.size() - 1);
  }

  private void spend(String place, long size) {
    bytes += size + OVERHEAD;
    if (bytes > MAX_BYTES || calls.size() > MAX_DEPTH) {
      throw new OnnxException(
          "with '"
              + place
              + "' the functions and branches of its graph, put where they are used, take more than "
              + (MAX_BYTES >> 20)
              + " MiB or are nested more than "
              + MAX_DEPTH
              + " deep; export the model without functions");
    }
  }

  private void branch(NodeProto node, long version) {
    FileNode choice = FileNode.of(node, version, tensors);
    if (translation.types().isEmpty()) {
      return;
    }
    Tensor condition =
        translation
            .constant(choice.input(0))
            .filter(value -> value.elements() == 1 && !value.type().isFloating())
            .orElseThrow(
                () ->
                    choice.fail(
                        "which branch it takes follows from the inputs or the batch size; export"
                            + " the model without the choice, or with fixed shapes"));
    String wanted = condition.integers()[0] != 0 ? "then_branch" : "else_branch";
    GraphProto body =
        node.getAttributeList().stream()
            .filter(attribute -> attribute.getName().equals(wanted))
            .map(AttributeProto::getG)
            .findFirst()
            .filter(graph -> graph.getOutputCount() >= node.getOutputCount())
            .orElseThrow(
                () ->
                    choice.fail(
                        "it lacks its "
                            + wanted
                            + ", or results of it; the file is damaged, export or copy it again"));
    calls.add("");
    spend(choice.label(), body.getSerializedSize());
    List<NodeProto> nodes = inlined(node, body);
    nodes.forEach(inner -> spend(choice.label(), inner.getSerializedSize()));
    unfold(nodes, version);
    calls.remove(calls.size() - 1);
  }

  private List<NodeProto> inlined(NodeProto node, GraphProto body) {
    String stem = node.getOutput(0) + "/";
    Renaming renaming = new Renaming(Map.of(), name -> name);
    for (TensorProto weight : body.getInitializerList()) {
      String name = translation.fresh(stem + weight.getName());
      renaming.bind(weight.getName(), name);
      translation.define(name, tensors.read(weight));
    }
    Set<String> computed = new HashSet<>();
    body.getNodeList().forEach(inner -> computed.addAll(inner.getOutputList()));
    List<NodeProto> passed = new ArrayList<>();
    for (int i = 0; i < node.getOutputCount(); i++) {
      String inner = body.getOutput(i).getName();
      if (computed.contains(inner) && !renaming.binds(inner) && !node.getOutput(i).isEmpty()) {
        renaming.bind(inner, node.getOutput(i));
      } else if (!node.getOutput(i).isEmpty()) {
        passed.add(LocalFunctions.identity(renaming.name(inner), node.getOutput(i)));
      }
    }
    for (String inner : computed) {
      if (!inner.isEmpty() && !renaming.binds(inner)) {
        renaming.bind(inner, translation.fresh(stem + inner));
      }
    }
    List<NodeProto> nodes = new ArrayList<>();
    body.getNodeList().forEach(inner -> nodes.add(renaming.node(inner)));
    nodes.addAll(passed);
    return nodes;
  }
}
