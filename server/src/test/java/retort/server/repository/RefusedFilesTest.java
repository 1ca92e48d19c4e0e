package retort.server.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.server.TinyGenerator;
import retort.server.generator.Device;
import retort.server.generator.Generator;
import retort.server.generator.GeneratorException;
import retort.server.generator.OnnxFile;
import retort.server.tensor.TensorModel;

/** One good file among bad ones of every kind. */
class RefusedFilesTest {
  @TempDir private Path folder;
  private final List<ModelRepository> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(ModelRepository::close);
    opened.clear();
  }

  private ModelRepository load(Path path) {
    ModelRepository models =
        new ModelRepository(
            new ModelFolder(path),
            (file, before) -> new OnnxFile(file, Device.CPU, 1, 1).open(before),
            1);
    opened.add(models);
    models.loadAll();
    return models;
  }

  private String refusedBeside(String good, String bad) {
    TinyGenerator.USUAL.write(folder.resolve(good + ".onnx"));
    ModelRepository models = load(folder);
    assertThat(models.models()).containsOnlyKeys(good, bad);
    assertThat(models.model(good).orElseThrow().serving()).isPresent();
    Model refused = models.model(bad).orElseThrow();
    assertThat(refused.serving()).isEmpty();
    return refused.message();
  }

  @Test
  void brokenFileLeavesTheOthersServed() throws IOException {
    Files.write(folder.resolve("broken.onnx"), new byte[] {1, 2, 3});

    assertThat(refusedBeside("good", "broken")).contains("ONNX Runtime refuses it");
  }

  @Test
  void fileOfAnotherToolIsServedAsTensorsAlone() {
    TinyGenerator.USUAL.write(folder.resolve("foreign.onnx"), new TreeMap<>());

    assertThat(load(folder).model("foreign").orElseThrow().network().orElseThrow())
        .isInstanceOf(TensorModel.class)
        .isNotInstanceOf(Generator.class);
  }

  @Test
  void networkWithOtherInputsIsRefusedInASentence() {
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.input("x", Shape.batch(3)).times(2));
    OnnxWriter.write(
        OnnxModel.of(g.build(), TinyGenerator.USUAL.card(0).metadata()),
        folder.resolve("odd.onnx"));

    assertThat(refusedBeside("good", "odd")).contains("no generator").contains("[x]");
  }

  @Test
  void teacherIsRefusedInASentence() {
    GraphBuilder g = new GraphBuilder();
    Value noisy = g.input("noisy", Shape.batch(1, 8, 8));
    Value sigma = g.input("sigma", Shape.batch());
    g.output("denoised", noisy.times(sigma.reshape(-1, 1, 1, 1)));
    new DenoiserModel(g.build(), 0.5, List.of(), Map.of()).write(folder.resolve("teacher.onnx"));

    assertThat(refusedBeside("good", "teacher")).contains("no generator");
  }

  @Test
  void fileOfANewerRetortIsRefusedInASentence() throws IOException {
    byte[] bytes = Files.readAllBytes(TinyGenerator.USUAL.write(folder.resolve("newer.onnx")));
    // The value of retort.format, a text of one character after its key.
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int key = text.indexOf("retort.format");
    bytes[key + "retort.format".length() + 2] = '9';
    Files.write(folder.resolve("newer.onnx"), bytes);

    assertThat(refusedBeside("good", "newer"))
        .contains("Retort format 9")
        .contains("update Retort");
  }

  @Test
  void fileThatDoesNotMakeItsReferenceSamplesIsRefused() {
    TinyGenerator.USUAL.write(
        folder.resolve("liar.onnx"), TinyGenerator.USUAL.card(0.1f).metadata());

    assertThat(refusedBeside("good", "liar"))
        .contains("reference sample 0 (seed 0)")
        .contains("grey levels");
  }

  @Test
  void emptyEvidenceIsNone() {
    SortedMap<String, String> metadata = TinyGenerator.USUAL.card(0).metadata();
    metadata.put(MetadataKeys.REFERENCE_SAMPLES, "\n\neJwDAAAAAAE=");
    TinyGenerator.USUAL.write(folder.resolve("empty.onnx"), metadata);

    assertThat(refusedBeside("good", "empty")).contains("0 samples");
  }

  @Test
  void imagesTooLargeToServeAreRefusedBeforeMemoryIsTaken() {
    for (int side : new int[] {12_000, 1_000_000}) {
      GraphBuilder g = new GraphBuilder();
      g.output("image", g.input("noise", Shape.batch(1, side, side)).times(0.3));
      SortedMap<String, String> metadata = new TreeMap<>();
      metadata.put(MetadataKeys.KIND, MetadataKeys.GENERATOR);
      OnnxWriter.write(OnnxModel.of(g.build(), metadata), folder.resolve("huge.onnx"));

      assertThat(refusedBeside("good", "huge")).contains("at most 4128768 values");
      close();
    }
  }

  @Test
  void nameOfTheServiceIsNoName() {
    TinyGenerator.USUAL.write(folder.resolve("retort.v1.Retort.onnx"));

    assertThat(refusedBeside("good", "retort.v1.Retort")).contains("rename the file");
  }

  @Test
  void whatIsNoFileOfThatNameIsSkipped() throws IOException {
    Files.createDirectory(folder.resolve("folder.onnx"));
    Files.createSymbolicLink(folder.resolve("dangling.onnx"), folder.resolve("nowhere"));
    Files.write(folder.resolve("upper.ONNX"), new byte[] {1, 2, 3});
    TinyGenerator.USUAL.write(folder.resolve("good.onnx"));

    assertThat(load(folder).models()).containsOnlyKeys("good");
  }

  @Test
  void oneGreyLevelOfDifferenceIsAllowed() {
    TinyGenerator.USUAL.write(
        folder.resolve("near.onnx"), TinyGenerator.USUAL.card(0.7f / 127.5f).metadata());

    assertThat(load(folder).model("near").orElseThrow().serving()).isPresent();
  }

  @Test
  void oneFileIsServedUnderItsName() {
    Path file = TinyGenerator.USUAL.write(folder.resolve("a.b.onnx"));

    assertThat(load(file).models()).containsOnlyKeys("a.b");
  }

  @Test
  void folderWithNothingToServeIsRefusedInASentence() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Files.write(folder.resolve("broken.onnx"), new byte[] {1, 2, 3});

    assertThatThrownBy(() -> load(empty).requireOne())
        .isInstanceOf(GeneratorException.class)
        .hasMessageContaining("holds no *.onnx");
    assertThatThrownBy(() -> load(folder).requireOne())
        .isInstanceOf(GeneratorException.class)
        .hasMessageContaining("broken: ");
    assertThatThrownBy(() -> load(folder.resolve("none")))
        .isInstanceOf(GeneratorException.class)
        .hasMessageContaining("no such folder");
  }
}
