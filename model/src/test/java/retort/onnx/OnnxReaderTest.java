package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.GraphAgreement.normal;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.graph.ExampleGraphs;
import retort.graph.Shape;

class OnnxReaderTest {
  @TempDir Path folder;

  @Test
  void aMissingFileIsNamed() {
    Path path = folder.resolve("teacher.onnx");

    assertThatThrownBy(() -> OnnxReader.read(path))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("teacher.onnx")
        .hasMessageContaining("no such file");
  }

  @Test
  void whatIsNotOnnxIsRefused() throws IOException {
    byte[] model = OnnxRoundTripTest.bytes(ExampleGraphs.block());
    List<byte[]> files =
        List.of(
            new byte[0],
            "<!DOCTYPE html><html></html>".getBytes(StandardCharsets.UTF_8),
            "PK\u0003\u0004 a zip".getBytes(StandardCharsets.UTF_8),
            Arrays.copyOf(model, model.length / 2),
            Arrays.copyOf(model, model.length - 1));
    for (byte[] bytes : files) {
      Path path = Files.write(folder.resolve("broken.onnx"), bytes);

      assertThatThrownBy(() -> OnnxReader.read(path))
          .isInstanceOf(OnnxException.class)
          .hasMessageContaining("broken.onnx: it is")
          .hasMessageContaining("again");
    }
  }

  @Test
  void allUnsupportedOperatorsAreNamedAtOnce() {
    byte[] bytes =
        OnnxFiles.opset(17)
            .input("x", "n", 2)
            .node("Loop", List.of("x"), List.of("a"))
            .node("ai.onnx.ml:Scaler", List.of("a"), List.of("b"))
            .node("Silu", List.of("b"), List.of("y"))
            .model("y")
            .toByteArray();

    assertThatThrownBy(() -> OnnxReader.read(bytes))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("Loop (first at 'a'), Silu (first at 'y'), ai.onnx.ml.Scaler")
        .hasMessageContaining("supported are Abs, ");
  }

  @Test
  void opsetsOutsideTheRangeAreRefused() {
    for (int opset : new int[] {6, 27}) {
      byte[] bytes = relu(opset).model("y").toByteArray();

      assertThatThrownBy(() -> OnnxReader.read(bytes))
          .hasMessageContaining("opset " + opset)
          .hasMessageContaining("export the model");
    }
  }

  @Test
  void newerFormatsAskForAnUpdate() {
    byte[] bytes = withMetadata(Map.of("retort.format", "7")).toByteArray();

    assertThatThrownBy(() -> OnnxReader.read(bytes))
        .hasMessageContaining("Retort format 7")
        .hasMessageContaining("update Retort");
  }

  @Test
  void metadataAboutAMissingWeightIsRefused() {
    byte[] bytes =
        withMetadata(Map.of("retort.format", "1", "retort.parameters", "w")).toByteArray();

    assertThatThrownBy(() -> OnnxReader.read(bytes)).hasMessageContaining("a weight 'w'");
  }

  @Test
  void metadataOfOthersIsKept() {
    byte[] bytes = withMetadata(Map.of("author", "somebody")).toByteArray();

    assertThat(OnnxReader.read(bytes).metadata()).containsExactly(Map.entry("author", "somebody"));
  }

  @Test
  void openDimensionsOtherThanTheBatchNeedASize() throws IOException {
    byte[] bytes =
        OnnxFiles.opset(17)
            .input("x", "batch", 3, "height", 8)
            .node("Relu", List.of("x"), List.of("y"))
            .model("y")
            .toByteArray();
    Path path = Files.write(folder.resolve("open.onnx"), bytes);

    assertThatThrownBy(() -> OnnxReader.read(path))
        .hasMessageContaining("dimension 2 of input 'x' is left open ('height')");
    assertThat(OnnxReader.read(path, Map.of("height", 16L)).graph().inputs().get(0).shape())
        .isEqualTo(Shape.batch(3, 16, 8));
  }

  @Test
  void tensorsWithTooFewValuesAreNamed() {
    ModelProto.Builder model = relu(17).weight("w", normal(1, 4)).model("y").toBuilder();
    model.getGraphBuilder().getInitializerBuilder(0).setDims(0, 5);
    byte[] bytes = model.build().toByteArray();

    assertThatThrownBy(() -> OnnxReader.read(bytes))
        .hasMessageContaining("tensor 'w' of shape [5] needs 5 values but has 4");
  }

  @Test
  void typedValuesAreRead() {
    ModelProto.Builder model =
        relu(17).node("MatMul", List.of("y", "w"), List.of("z")).model("z").toBuilder();
    model
        .getGraphBuilder()
        .addInitializer(
            TensorProto.newBuilder()
                .setName("w")
                .setDataType(1)
                .addDims(2)
                .addDims(1)
                .addFloatData(3)
                .addFloatData(4));

    OnnxModel read = OnnxReader.read(model.build().toByteArray());

    assertThat(Objects.requireNonNull(read.graph().parameters().get("w")).floats())
        .containsExactly(3, 4);
  }

  @Test
  void weightsInAFileBesideTheModelAreRead() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(8, 1.5f).putFloat(12, -2);
    Files.write(folder.resolve("weights.bin"), data.array());
    Path path = Files.write(folder.resolve("model.onnx"), external("weights.bin"));

    OnnxModel read = OnnxReader.read(path);

    assertThat(Objects.requireNonNull(read.graph().parameters().get("w")).floats())
        .containsExactly(1.5f, -2);
    Files.delete(folder.resolve("weights.bin"));
    assertThatThrownBy(() -> OnnxReader.read(path))
        .hasMessageContaining("weight 'w'")
        .hasMessageContaining("weights.bin")
        .hasMessageContaining("copy both together");
  }

  @Test
  void weightsOutsideTheModelsFolderAreRefused() throws IOException {
    Path path = Files.write(folder.resolve("model.onnx"), external("../secret.bin"));

    assertThatThrownBy(() -> OnnxReader.read(path)).hasMessageContaining("outside the model");
  }

  private static byte[] external(String location) {
    ModelProto.Builder model =
        relu(17).node("MatMul", List.of("y", "w"), List.of("z")).model("z").toBuilder();
    model
        .getGraphBuilder()
        .addInitializer(
            TensorProto.newBuilder()
                .setName("w")
                .setDataType(1)
                .addDims(2)
                .addDims(1)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", "8"))
                .addExternalData(entry("length", "8")));
    return model.build().toByteArray();
  }

  private static OnnxFiles relu(int opset) {
    return OnnxFiles.opset(opset).input("x", "n", 2).node("Relu", List.of("x"), List.of("y"));
  }

  private static ModelProto withMetadata(Map<String, String> metadata) {
    ModelProto.Builder model = relu(17).model("y").toBuilder();
    metadata.forEach((key, value) -> model.addMetadataProps(entry(key, value)));
    return model.build();
  }

  private static StringStringEntryProto.Builder entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value);
  }
}
