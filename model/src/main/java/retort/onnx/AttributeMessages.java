package retort.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import retort.graph.Attributes;
import retort.graph.Tensor;

/**
 * Attributes as ONNX messages. Real numbers are float32 in a file; they are read as the shortest
 * decimal that means the same float, so that an epsilon of 1e-5 comes back as 1e-5.
 */
final class AttributeMessages {
  /** Far more than any operator has. */
  private static final int MAX_ATTRIBUTES = 256;

  private AttributeMessages() {}

  /** Messages sorted by name. */
  static List<AttributeProto> write(Attributes attributes) {
    List<AttributeProto> messages = new ArrayList<>();
    new TreeMap<>(attributes.asMap()).forEach((name, value) -> messages.add(write(name, value)));
    return messages;
  }

  private static AttributeProto write(String name, Object value) {
    AttributeProto.Builder message = AttributeProto.newBuilder().setName(name);
    if (value instanceof Long integer) {
      return message.setType(AttributeType.INT).setI(integer).build();
    }
    if (value instanceof Double real) {
      return message.setType(AttributeType.FLOAT).setF(real.floatValue()).build();
    }
    if (value instanceof String text) {
      return message.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(text)).build();
    }
    if (value instanceof long[] integers) {
      message.setType(AttributeType.INTS);
      for (long integer : integers) {
        message.addInts(integer);
      }
      return message.build();
    }
    if (value instanceof double[] reals) {
      message.setType(AttributeType.FLOATS);
      for (double real : reals) {
        message.addFloats((float) real);
      }
      return message.build();
    }
    return message
        .setType(AttributeType.TENSOR)
        .setT(TensorMessages.write("", (Tensor) value))
        .build();
  }

  /**
   * The attributes of a node that networks use; graphs, types and lists of texts are left out.
   *
   * @param tensors reads those that are tensors
   */
  static Attributes read(NodeProto node, TensorReader tensors) {
    if (node.getAttributeCount() > MAX_ATTRIBUTES) {
      throw new OnnxException(
          "it has " + node.getAttributeCount() + " attributes; export it again");
    }
    Attributes attributes = Attributes.none();
    for (AttributeProto message : node.getAttributeList()) {
      String name = message.getName();
      attributes =
          switch (message.getType()) {
            case INT -> attributes.with(name, message.getI());
            case FLOAT -> attributes.with(name, decimal(message.getF()));
            case STRING -> attributes.with(name, message.getS().toStringUtf8());
            case INTS ->
                attributes.with(
                    name, message.getIntsList().stream().mapToLong(Long::longValue).toArray());
            case FLOATS ->
                attributes.with(
                    name,
                    message.getFloatsList().stream()
                        .mapToDouble(AttributeMessages::decimal)
                        .toArray());
            case TENSOR -> attributes.with(name, tensors.read(message.getT()));
            default -> attributes;
          };
    }
    return attributes;
  }

  private static double decimal(float value) {
    return Double.parseDouble(Float.toString(value));
  }
}
