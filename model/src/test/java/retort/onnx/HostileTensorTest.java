package retort.onnx;

import static retort.onnx.HostileModel.bytes;
import static retort.onnx.HostileModel.changed;
import static retort.onnx.HostileModel.file;
import static retort.onnx.HostileModel.refused;
import static retort.onnx.HostileModel.relu;
import static retort.onnx.HostileModel.tests;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Weights that are not what they say they are. */
class HostileTensorTest {
  @TestFactory
  Stream<DynamicTest> weightsThatAreNotWhatTheySayAreRefused() {
    return tests(tensors());
  }

  private static List<HostileModel> tensors() {
    return List.of(
        refused(
            "a negative dimension",
            weight(tensor(1, -2).setRawData(bytes(8))),
            "tensor 'w'",
            "[-2]",
            "negative"),
        refused(
            "dimensions whose product overflows",
            weight(tensor(1, 1L << 31, 1L << 31, 4).setRawData(bytes(8))),
            "tensor 'w'",
            "too large"),
        refused(
            "more dimensions than a tensor has",
            weight(tensor(1).addAllDims(Collections.nCopies(100_000, 1L)).setRawData(bytes(4))),
            "tensor 'w'",
            "too many"),
        refused(
            "fewer bytes than the dimensions say",
            weight(tensor(1, 1000).setRawData(bytes(3996))),
            "tensor 'w' of shape [1000] needs 1000 values but has 999"),
        refused(
            "more bytes than the dimensions say",
            weight(tensor(1, 1000).setRawData(bytes(4001))),
            "tensor 'w' of shape [1000] needs 4000 bytes but has 4001"),
        refused(
            "gigabytes that are not there",
            weight(tensor(1, 1L << 30).setRawData(bytes(1000))),
            "tensor 'w'",
            "1073741824"),
        refused(
            "values of another type",
            weight(tensor(7, 100).addAllFloatData(Collections.nCopies(200, 1f))),
            "tensor 'w' is INT64"),
        refused(
            "values twice",
            weight(
                tensor(1, 100)
                    .setRawData(bytes(400))
                    .addAllFloatData(Collections.nCopies(100, 1f))),
            "at byte",
            "two places"),
        refused(
            "texts as a weight",
            weight(tensor(8, 1).addStringData(ByteString.copyFromUtf8("text"))),
            "weight 'w'",
            "element type 8"),
        refused(
            "an attribute of an unknown type",
            file().node("Relu", List.of("x"), List.of("y")).model("y").toBuilder()
                .setGraph(
                    GraphProto.newBuilder()
                        .addNode(
                            NodeProto.newBuilder()
                                .setOpType("Constant")
                                .addOutput("c")
                                .addAttribute(
                                    AttributeProto.newBuilder()
                                        .setName("value")
                                        .setType(AttributeType.TENSOR)
                                        .setT(TensorProto.newBuilder().setDataType(99)))))
                .build(),
            "Constant 'c'",
            "element type 99"));
  }

  private static ModelProto weight(TensorProto.Builder weight) {
    return changed(relu(), graph -> graph.addInitializer(weight));
  }

  private static TensorProto.Builder tensor(int type, long... dims) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName("w").setDataType(type);
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor;
  }
}
