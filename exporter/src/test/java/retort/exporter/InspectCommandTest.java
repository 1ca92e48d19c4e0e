package retort.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import retort.denoiser.MetadataKeys;
import retort.file.FileDigest;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.network.ConvClassifier;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

class InspectCommandTest {
  @TempDir Path folder;

  private String err = "";

  private String inspect(Path file, String... flags) {
    StringWriter out = new StringWriter();
    StringWriter errors = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(errors));
    String[] words = new String[flags.length + 2];
    words[0] = "inspect";
    words[1] = file.toString();
    System.arraycopy(flags, 0, words, 2, flags.length);
    int code = command.execute(words);
    err = errors.toString();
    assertThat(code).isEqualTo(err.isEmpty() ? 0 : 2);
    return out.toString();
  }

  private JsonObject json(Path file) {
    return JsonParser.parseString(inspect(file, "--json")).getAsJsonObject();
  }

  @Test
  void aDistilledGeneratorIsToldFromATeacher() {
    Path teacher = folder.resolve("teacher.onnx");
    Path generator = folder.resolve("generator.onnx");
    TinyGenerators.teacher(3, 0).write(teacher);
    TinyGenerators.generator(3, 0).write(generator);

    assertThat(inspect(teacher)).containsPattern("kind +teacher");
    assertThat(inspect(generator))
        .containsPattern("kind +generator, as distilled")
        .contains("noisy float32[N, 2, 8, 8]", "sigma float32[N]", "label float32[N, 3]")
        .contains("denoised float32[N, 2, 8, 8]", FileDigest.of(generator), "Conv")
        .containsPattern("retort.reference_samples +3 samples")
        .containsPattern("retort.label_names +label 0, label 1, label 2");
  }

  @Test
  void aDeployableSaysWhatItTakesAndGives() {
    Path generator = folder.resolve("generator.onnx");
    Path exported = folder.resolve("exported.onnx");
    TinyGenerators.generator(0, 0).write(generator);
    Main.commandLine().execute("export", "--model=" + generator, "--out=" + exported);

    JsonObject json = json(exported);

    assertThat(json.get("kind").getAsString()).isEqualTo("generator, deployable");
    assertThat(json.get("inputs").toString()).isEqualTo("[\"noise float32[N, 2, 8, 8]\"]");
    assertThat(json.get("outputs").toString()).isEqualTo("[\"image uint8[N, 8, 8, 2]\"]");
    assertThat(json.get("multiply_adds").getAsLong()).isPositive();
    assertThat(json.get("parameters").getAsLong()).isPositive();
    assertThat(json.get("bytes").getAsLong()).isEqualTo(exported.toFile().length());
    assertThat(json.getAsJsonObject("operators").get("Cast").getAsInt()).isEqualTo(1);
  }

  @Test
  void aFeatureNetworkIsNamedAsSuch() {
    Path file = folder.resolve("classifier.onnx");
    ConvClassifier classifier = new ConvClassifier(8, 1, 3, List.of(4), 5);
    OnnxWriter.write(
        OnnxModel.of(classifier.build(1), Map.of(MetadataKeys.KIND, "features")), file);

    assertThat(inspect(file)).containsPattern("kind +features").contains("logits float32[N, 3]");
  }

  @Test
  void aForeignFileIsInspectedToo() {
    Path file = folder.resolve("foreign.onnx");
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.input("x", Shape.batch(2)).times(2));
    OnnxWriter.write(OnnxModel.of(g.build(), Map.of("author", "x".repeat(1000))), file);

    assertThat(inspect(file)).containsPattern("kind +not Retort's").doesNotContain("x".repeat(100));
  }

  @Test
  void whatRetortDoesNotSupportIsListedWithTheReason() throws IOException {
    Path file = folder.resolve("future.onnx");
    TinyGenerators.teacher(0, 0).write(file);
    rewrite(file, "Sigmoid", "Sigmore");

    JsonObject json = json(file);

    assertThat(json.getAsJsonObject("operators").get("Sigmore").getAsInt()).isPositive();
    assertThat(json.get("unsupported").getAsString()).contains("Sigmore");
    assertThat(json.has("parameters")).isFalse();
  }

  @Test
  void aNewerFormatIsListedWithTheReason() throws IOException {
    Path file = folder.resolve("future.onnx");
    TinyGenerators.teacher(0, 0).write(file);
    rewrite(file, "retort.format\u0012\u00011", "retort.format\u0012\u00019");

    assertThat(json(file).get("unsupported").getAsString()).contains("update Retort");
  }

  @Test
  void whatIsNoOnnxFileIsRefused() throws IOException {
    Path text = folder.resolve("text.onnx");
    Files.writeString(text, "This is a recipe for pancakes.\n");

    assertThat(inspect(text)).isEmpty();
    assertThat(err.lines()).singleElement().asString().contains("not an ONNX model");
    assertThat(inspect(folder.resolve("missing.onnx"))).isEmpty();
    assertThat(err.lines()).singleElement().asString().contains("there is no such file");
  }

  /** Replaces a text by one of equal length, wherever it occurs. */
  private static void rewrite(Path file, String from, String to) throws IOException {
    Charset latin = StandardCharsets.ISO_8859_1;
    String text = new String(Files.readAllBytes(file), latin);
    assertThat(text).contains(from);
    Files.write(file, text.replace(from, to).getBytes(latin));
  }
}
