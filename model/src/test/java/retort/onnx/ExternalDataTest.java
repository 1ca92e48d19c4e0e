package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.graph.Tensor;
import retort.graph.Weight;

class ExternalDataTest {
  private static final int COUNT = 1 << 15;

  @TempDir Path parent;
  private Path folder = Path.of("");

  @BeforeEach
  void folder() throws IOException {
    folder = Files.createDirectory(parent.resolve("model"));
  }

  @Test
  void aLocationOutsideTheFolderIsRefusedHoweverItIsSpelt() throws IOException {
    Path secret = Files.write(parent.resolve("secret.bin"), data(0));
    Files.createSymbolicLink(folder.resolve("link.bin"), secret);
    Files.createSymbolicLink(folder.resolve("inner"), parent);
    List<String> outside =
        List.of(
            "../secret.bin",
            secret.toString(),
            "a/../../secret.bin",
            "link.bin",
            "",
            "inner/secret.bin");
    for (String location : outside) {
      Path model = model(Map.of("location", location));

      assertThatThrownBy(() -> OnnxReader.read(model))
          .isInstanceOf(OnnxException.class)
          .hasMessageContaining("weight 'w'")
          .hasMessageContaining("outside the model's folder");
    }
  }

  @Test
  void aLocationThatNamesNoFileIsRefused() throws IOException {
    Files.createDirectory(folder.resolve("folder"));
    for (String location : List.of("missing.bin", "folder", "nul\0byte")) {
      Path model = model(Map.of("location", location));

      assertThatThrownBy(() -> OnnxReader.read(model))
          .isInstanceOf(OnnxException.class)
          .hasMessageContaining("weight 'w'")
          .hasMessageContaining("copy both together");
    }
  }

  @Test
  void placesOutsideTheDataFileAreRefusedBeforeAnythingIsRead() throws IOException {
    Files.write(folder.resolve("data.bin"), data(0));
    List<Map<String, String>> places =
        List.of(
            Map.of("location", "data.bin", "offset", "4"),
            Map.of("location", "data.bin", "offset", "-4"),
            Map.of("location", "data.bin", "offset", Long.toString(Long.MAX_VALUE)),
            Map.of("location", "data.bin", "offset", "many"),
            Map.of("location", "data.bin", "length", Long.toString(1L << 40)),
            Map.of("location", "data.bin", "length", "8"));
    for (Map<String, String> place : places) {
      Path model = model(place);

      assertThatThrownBy(() -> OnnxReader.read(model))
          .as(place.toString())
          .isInstanceOf(OnnxException.class)
          .hasMessageContaining("'w'");
    }
  }

  @Test
  void dataBehindTwoGibibytesIsRead() throws IOException {
    long offset = (3L << 30) + 4096;
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve("data.bin").toFile(), "rw")) {
      file.seek(offset);
      file.write(data(5));
    }
    Path model = model(Map.of("location", "data.bin", "offset", Long.toString(offset)));

    assertThat(weight(model).floats()).startsWith(5, 6, 7).hasSize(COUNT);
  }

  @Test
  void aModelThatIsALinkFindsItsDataBesideTheLinkAndBesideTheFile() throws IOException {
    Files.write(folder.resolve("data.bin"), data(1));
    Path model = model(Map.of("location", "data.bin"));
    Path link = Files.createSymbolicLink(parent.resolve("link.onnx"), model);

    assertThat(weight(link).floats()).startsWith(1, 2);
  }

  @Test
  void aWeightStaysWhatItWasWhenItsFileIsReplaced() throws IOException {
    Path data = Files.write(folder.resolve("data.bin"), data(1));
    Tensor weight = weight(model(Map.of("location", "data.bin")));

    Path other = Files.write(folder.resolve("other.bin"), data(9));
    Files.move(other, data, StandardCopyOption.REPLACE_EXISTING);

    assertThat(weight.floats()).startsWith(1, 2);
  }

  @Test
  void aFileThatIsShortenedWhileInUseIsNamed() throws IOException {
    Path data = Files.write(folder.resolve("data.bin"), data(1));
    Tensor weight = weight(model(Map.of("location", "data.bin")));

    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      file.setLength(100);
    }

    assertThatThrownBy(weight::floats)
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("'w'")
        .hasMessageContaining("data.bin")
        .hasMessageContaining("shortened while in use");
  }

  @Test
  void everyWeightMayHaveAFileOfItsOwn() throws IOException {
    OnnxFiles file = OnnxFiles.opset(17).input("x", "n", 2);
    ModelProto.Builder model = file.node("Relu", List.of("x"), List.of("y")).model("y").toBuilder();
    for (int i = 0; i < 100; i++) {
      Files.write(folder.resolve(i + ".bin"), data(i));
      model.getGraphBuilder().addInitializer(external("w" + i, Map.of("location", i + ".bin")));
    }
    Path path = Files.write(folder.resolve("model.onnx"), model.build().toByteArray());

    Map<String, Weight> weights = OnnxReader.readLiterally(path).graph().weights();

    assertThat(Objects.requireNonNull(weights.get("w99")).value().floats()).startsWith(99, 100);
    Files.write(folder.resolve("99.bin"), new byte[4 * COUNT + 1]);
    assertThatThrownBy(() -> Objects.requireNonNull(weights.get("w99")).value().floats())
        .hasMessageContaining("changed while in use");
  }

  private static Tensor weight(Path model) {
    return Objects.requireNonNull(OnnxReader.read(model).graph().parameters().get("w"));
  }

  /** Enough floats to stay in the file: {@code first}, then one more each. */
  private static byte[] data(int first) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * COUNT).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < COUNT; i++) {
      bytes.putFloat(first + i);
    }
    return bytes.array();
  }

  private Path model(Map<String, String> place) throws IOException {
    ModelProto.Builder model =
        OnnxFiles.opset(17)
            .input("x", "n", 2)
            .node("MatMul", List.of("x", "w"), List.of("y"))
            .model("y")
            .toBuilder();
    model.getGraphBuilder().addInitializer(external("w", place));
    return Files.write(folder.resolve("model.onnx"), model.build().toByteArray());
  }

  private static TensorProto external(String name, Map<String, String> place) {
    TensorProto.Builder weight =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(1)
            .addDims(2)
            .addDims(COUNT / 2)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL);
    place.forEach(
        (key, value) ->
            weight.addExternalData(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return weight.build();
  }
}
