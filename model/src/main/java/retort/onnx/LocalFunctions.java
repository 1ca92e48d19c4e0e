package retort.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The functions that a file brings along: operators spelt out in nodes of other operators. */
final class LocalFunctions {
  private final Map<String, FunctionProto> functions = new HashMap<>();

  LocalFunctions(ModelProto model) {
    for (FunctionProto function : model.getFunctionsList()) {
      String key = key(function.getDomain(), function.getName(), function.getOverload());
      if (functions.put(key, function) != null) {
        throw new OnnxException(
            "function '" + label(function) + "' is defined twice; export the model again");
      }
    }
  }

  /** The function that a node calls, if it does. */
  Optional<FunctionProto> called(NodeProto node) {
    return Optional.ofNullable(
        functions.get(key(node.getDomain(), node.getOpType(), node.getOverload())));
  }

  /** How error messages name a function. */
  static String label(FunctionProto function) {
    return function.getDomain().isEmpty()
        ? function.getName()
        : function.getDomain() + "." + function.getName();
  }

  private static String key(String domain, String name, String overload) {
    return (domain.equals("ai.onnx") ? "" : domain) + "\n" + name + "\n" + overload;
  }

  /**
   * The nodes that a call stands for.
   *
   * @param fresh makes a new name of one that somebody may have
   */
  static List<NodeProto> body(NodeProto call, FunctionProto function, UnaryOperator<String> fresh) {
    if (call.getInputCount() > function.getInputCount()
        || call.getOutputCount() > function.getOutputCount()) {
      throw new OnnxException(
          "function '"
              + label(function)
              + "' takes "
              + function.getInputCount()
              + " operands and has "
              + function.getOutputCount()
              + " results, but node '"
              + call.getName()
              + "' passes "
              + call.getInputCount()
              + " and asks for "
              + call.getOutputCount()
              + "; export the model again");
    }
    String stem =
        call.getOutputList().stream().filter(name -> !name.isEmpty()).findFirst().orElse("") + "/";
    Renaming renaming = new Renaming(arguments(call, function), name -> fresh.apply(stem + name));
    for (int i = 0; i < function.getInputCount(); i++) {
      renaming.bind(function.getInput(i), i < call.getInputCount() ? call.getInput(i) : "");
    }
    List<NodeProto> passed = new ArrayList<>();
    for (int i = 0; i < call.getOutputCount(); i++) {
      String inner = function.getOutput(i);
      if (!call.getOutput(i).isEmpty()) {
        if (renaming.binds(inner)) {
          passed.add(identity(renaming.name(inner), call.getOutput(i)));
        } else {
          renaming.bind(inner, call.getOutput(i));
        }
      }
    }
    List<NodeProto> nodes = new ArrayList<>();
    function.getNodeList().forEach(node -> nodes.add(renaming.node(node)));
    nodes.addAll(passed);
    return nodes;
  }

  /** A node that gives a value a second name. */
  static NodeProto identity(String from, String to) {
    return NodeProto.newBuilder().setOpType("Identity").addInput(from).addOutput(to).build();
  }

  private static Map<String, AttributeProto> arguments(NodeProto call, FunctionProto function) {
    Map<String, AttributeProto> arguments = new HashMap<>();
    function.getAttributeProtoList().forEach(usual -> arguments.put(usual.getName(), usual));
    call.getAttributeList().forEach(given -> arguments.put(given.getName(), given));
    return arguments;
  }
}
