package retort.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A model whose inputs of unsigned integers take signed ones of the same bits, for runtimes whose
 * callers cannot make the others: a Cast, which keeps the bits, stands behind each such input.
 * Nothing else changes, least of all what nodes call their values.
 */
public final class SignedInputs {
  private static final String SUFFIX = ":signed";

  private static final Map<Integer, Integer> SIGNED =
      Map.of(
          TensorProto.DataType.UINT16_VALUE, TensorProto.DataType.INT16_VALUE,
          TensorProto.DataType.UINT32_VALUE, TensorProto.DataType.INT32_VALUE,
          TensorProto.DataType.UINT64_VALUE, TensorProto.DataType.INT64_VALUE);

  private SignedInputs() {}

  /** What an input is called that takes signed numbers in place of unsigned ones. */
  public static String nameOf(String input) {
    return input + SUFFIX;
  }

  /** What such an input was called before; empty for any other. */
  public static Optional<String> originalName(String input) {
    return input.endsWith(SUFFIX)
        ? Optional.of(input.substring(0, input.length() - SUFFIX.length()))
        : Optional.empty();
  }

  /**
   * Rewrites a model.
   *
   * @param file its bytes; read whole, so it should not be large
   * @throws OnnxException when it is no ONNX model
   */
  public static byte[] of(byte[] file) {
    ModelProto.Builder model;
    try {
      model = ModelProto.parseFrom(file).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new OnnxException("it is no ONNX model (" + e.getMessage() + ")", e);
    }
    GraphProto.Builder graph = model.getGraphBuilder();
    Set<String> weights =
        graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
    for (ValueInfoProto.Builder input : graph.getInputBuilderList()) {
      int type = input.getType().getTensorType().getElemType();
      Integer signed = SIGNED.get(type);
      if (signed != null && !weights.contains(input.getName())) {
        graph.addNode(0, cast(input.getName(), type));
        input.setName(nameOf(input.getName()));
        input.getTypeBuilder().getTensorTypeBuilder().setElemType(signed);
      }
    }
    return model.build().toByteArray();
  }

  private static NodeProto cast(String name, int type) {
    return NodeProto.newBuilder()
        .setOpType("Cast")
        .addInput(nameOf(name))
        .addOutput(name)
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("to")
                .setType(AttributeProto.AttributeType.INT)
                .setI(type))
        .build();
  }
}
