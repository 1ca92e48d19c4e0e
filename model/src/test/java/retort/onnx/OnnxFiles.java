package retort.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import retort.graph.Graph;
import retort.graph.Tensor;

/** ONNX files as other programs write them, message by message. */
final class OnnxFiles {
  /** An attribute that a function takes from its call. */
  record Reference(String name) {}

  private final List<FunctionProto> functions = new ArrayList<>();
  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final long opset;

  private OnnxFiles(long opset) {
    this.opset = opset;
  }

  static OnnxFiles opset(long opset) {
    return new OnnxFiles(opset);
  }

  /** A float input; a text is an open dimension. */
  OnnxFiles input(String name, Object... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dim : dims) {
      TensorShapeProto.Dimension.Builder message = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(
          dim instanceof Integer size
              ? message.setDimValue(size)
              : message.setDimParam((String) dim));
    }
    graph.addInput(
        ValueInfoProto.newBuilder()
            .setName(name)
            .setType(
                TypeProto.newBuilder()
                    .setTensorType(TypeProto.Tensor.newBuilder().setElemType(1).setShape(shape))));
    return this;
  }

  OnnxFiles weight(String name, Tensor value) {
    graph.addInitializer(TensorMessages.write(name, value));
    return this;
  }

  OnnxFiles node(String type, List<String> inputs, List<String> outputs, Object... attributes) {
    NodeProto.Builder node = NodeProto.newBuilder();
    int colon = type.indexOf(':');
    node.setDomain(colon < 0 ? "" : type.substring(0, colon));
    node.setOpType(type.substring(colon + 1)).addAllInput(inputs).addAllOutput(outputs);
    for (int i = 0; i < attributes.length; i += 2) {
      node.addAttribute(attribute((String) attributes[i], attributes[i + 1]));
    }
    graph.addNode(node);
    return this;
  }

  private static AttributeProto attribute(String name, Object value) {
    AttributeProto.Builder message = AttributeProto.newBuilder().setName(name);
    if (value instanceof GraphProto branch) {
      message.setType(AttributeType.GRAPH).setG(branch);
    } else if (value instanceof Reference reference) {
      message.setType(AttributeType.FLOAT).setRefAttrName(reference.name());
    } else if (value instanceof Integer integer) {
      message.setType(AttributeType.INT).setI(integer);
    } else if (value instanceof Float real) {
      message.setType(AttributeType.FLOAT).setF(real);
    } else if (value instanceof String text) {
      message.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
    } else if (value instanceof Tensor tensor) {
      message.setType(AttributeType.TENSOR).setT(TensorMessages.write("", tensor));
    } else {
      message.setType(AttributeType.INTS);
      for (int item : (int[]) value) {
        message.addInts(item);
      }
    }
    return message.build();
  }

  /** Takes the nodes so far for a function of the domain {@code own}. */
  OnnxFiles asFunction(String name, List<String> inputs, List<String> outputs) {
    functions.add(
        FunctionProto.newBuilder()
            .setDomain("own")
            .setName(name)
            .addAllInput(inputs)
            .addAllOutput(outputs)
            .addAllNode(graph.getNodeList())
            .build());
    graph.clearNode();
    return this;
  }

  /** The nodes and weights so far as a graph within a node. */
  GraphProto asBranch(String output) {
    return graph.addOutput(ValueInfoProto.newBuilder().setName(output)).build();
  }

  /** The file with one result. */
  ModelProto model(String output) {
    graph.addOutput(ValueInfoProto.newBuilder().setName(output));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .setGraph(graph)
        .addAllFunctions(functions)
        .build();
  }

  /** The graph that the file is read as. */
  Graph read(String output) {
    return OnnxReader.read(model(output).toByteArray()).graph();
  }
}
