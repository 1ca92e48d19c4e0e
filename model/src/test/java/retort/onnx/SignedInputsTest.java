package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import org.junit.jupiter.api.Test;

class SignedInputsTest {
  private static ValueInfoProto value(String name, TensorProto.DataType type) {
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber())))
        .build();
  }

  @Test
  void unsignedInputsTakeSignedNumbersAndNothingElseChanges()
      throws InvalidProtocolBufferException {
    NodeProto node = NodeProto.newBuilder().setOpType("Identity").addInput("n").build();
    ValueInfoProto image = value("image", TensorProto.DataType.UINT8);
    ValueInfoProto weight = value("w", TensorProto.DataType.UINT32);
    ModelProto model =
        ModelProto.newBuilder()
            .setGraph(
                GraphProto.newBuilder()
                    .addInput(image)
                    .addInput(value("n", TensorProto.DataType.UINT64))
                    .addInput(weight)
                    .addInitializer(TensorProto.newBuilder().setName("w"))
                    .addNode(node))
            .build();

    GraphProto graph = ModelProto.parseFrom(SignedInputs.of(model.toByteArray())).getGraph();

    assertThat(graph.getInputList())
        .containsExactly(image, value("n:signed", TensorProto.DataType.INT64), weight);
    assertThat(graph.getNodeCount()).isEqualTo(2);
    assertThat(graph.getNode(0).getOpType()).isEqualTo("Cast");
    assertThat(graph.getNode(0).getOutput(0)).isEqualTo("n");
    assertThat(graph.getNode(0).getAttribute(0).getI())
        .isEqualTo(TensorProto.DataType.UINT64_VALUE);
    assertThat(graph.getNode(1)).isEqualTo(node);
  }

  @Test
  void namesGoThereAndBack() {
    assertThat(SignedInputs.originalName(SignedInputs.nameOf("n"))).contains("n");
    assertThat(SignedInputs.originalName("n")).isEmpty();
  }

  @Test
  void whatIsNoModelIsRefusedInASentence() {
    assertThatThrownBy(() -> SignedInputs.of(new byte[] {1, 2, 3}))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("no ONNX model");
  }
}
