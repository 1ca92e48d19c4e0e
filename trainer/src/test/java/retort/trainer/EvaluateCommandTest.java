package retort.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import retort.denoiser.MetadataKeys;
import retort.file.FileDigest;
import retort.network.ConvClassifier;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.reference.TinyEdm2;
import retort.statistics.NpyArray;
import retort.statistics.NpzFile;

/** What {@code evaluate} says, and what it writes. */
class EvaluateCommandTest {
  @TempDir private Path folder;

  @BeforeEach
  void makeNetworkAndData() throws IOException {
    TinyImages.in(folder.resolve("data"));
    write("classifier.onnx", 1);
    write("other.onnx", 2);
  }

  private void write(String name, long seed) {
    ConvClassifier network = new ConvClassifier(TinyImages.SIDE, 1, 2, List.of(4), 4);
    OnnxWriter.write(
        OnnxModel.of(network.build(seed), Map.of(MetadataKeys.KIND, MetadataKeys.FEATURES)),
        folder.resolve(name));
  }

  private JsonObject evaluate(String features, String... flags) {
    List<String> arguments = new ArrayList<>(List.of("evaluate", "--threads", "1", "--features"));
    arguments.add(path(features));
    arguments.addAll(List.of("--cache", path("cache")));
    arguments.addAll(List.of(flags));
    StringWriter out = new StringWriter();
    CommandLine command = Main.commandLine().setOut(new PrintWriter(out));
    assertThat(command.execute(arguments.toArray(new String[0]))).isZero();
    return JsonParser.parseString(out.toString()).getAsJsonObject();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileThatCannotBeWrittenTakesNothingWithIt() throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    int code =
        command.execute(
            "evaluate",
            "--threads=1",
            "--features=" + path("classifier.onnx"),
            "--data=" + path("data"),
            "--cache=" + path("cache"),
            "--out=/proc/results.json");

    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .contains("/proc/results.json: cannot be written", "the features are kept in")
        .doesNotContain("\tat ");
    assertThat(JsonParser.parseString(out.toString()).getAsJsonObject().get("images").getAsInt())
        .isEqualTo(TinyImages.COUNT);
    assertThat(folder.resolve("cache")).isNotEmptyDirectory();
  }

  @Test
  void imagesComparedWithThemselvesAreNoDistanceApart() throws IOException {
    String[] real = {"--data", path("data")};
    evaluate(
        "classifier.onnx",
        real[0],
        real[1],
        "--write-reference",
        path("all.npz"),
        "--reference-features",
        "100");

    JsonObject results =
        evaluate(
            "classifier.onnx",
            real[0],
            real[1],
            "--reference",
            path("all.npz"),
            "--out",
            path("results.json"));

    assertThat(results.get("images").getAsInt()).isEqualTo(TinyImages.COUNT);
    assertThat(results.get("frechet_distance").getAsDouble()).isCloseTo(0, within(1e-6));
    assertThat(results.get("kernel_distance_subset").getAsInt()).isEqualTo(TinyImages.COUNT);
    assertThat(results.get("precision").getAsDouble()).isEqualTo(1);
    assertThat(results.get("recall").getAsDouble()).isEqualTo(1);
    assertThat(results.get("inception_score").getAsDouble()).isBetween(1.0, 2.0);
    assertThat(results.get("label_accuracy").getAsDouble()).isBetween(0.0, 1.0);
    assertThat(results.getAsJsonObject("features").get("sha256").getAsString())
        .isEqualTo(FileDigest.of(folder.resolve("classifier.onnx")));
    assertThat(results.getAsJsonObject("reference").get("sha256").getAsString())
        .isEqualTo(FileDigest.of(folder.resolve("all.npz")));
    assertThat(JsonParser.parseString(Files.readString(folder.resolve("results.json"))))
        .isEqualTo(results);
    assertThat(folder.resolve("cache")).isEmptyDirectory();
  }

  @Test
  void aReferenceKeepsFeaturesOfImagesDrawnFromAll() {
    String[] real = {"--data", path("data")};
    evaluate(
        "classifier.onnx",
        real[0],
        real[1],
        "--write-reference",
        path("ten.npz"),
        "--reference-features",
        "10",
        "--features-out",
        path("all.npz"));
    evaluate(
        "classifier.onnx",
        real[0],
        real[1],
        "--write-reference",
        path("again.npz"),
        "--reference-features",
        "10");

    NpyArray ten = NpzFile.read(folder.resolve("ten.npz"), "features");
    NpyArray all = NpzFile.read(folder.resolve("all.npz"), "features");
    assertThat(all.shape()).containsExactly(TinyImages.COUNT, 4);
    assertThat(ten.shape()).containsExactly(10, 4);
    assertThat(NpzFile.read(folder.resolve("again.npz"), "features").floats())
        .containsExactly(ten.floats());
    assertThat(ten.floats()).isNotEqualTo(Arrays.copyOf(all.floats(), 40));
    assertThat(NpzFile.read(folder.resolve("ten.npz"), "count").longs())
        .containsExactly(TinyImages.COUNT);
  }

  @Test
  void publishedStatisticsGiveTheFrechetDistanceAlone() {
    evaluate("classifier.onnx", "--data", path("data"), "--write-reference", path("ours.npz"));
    Map<String, NpyArray> published = new LinkedHashMap<>(NpzFile.read(folder.resolve("ours.npz")));
    published.keySet().retainAll(List.of("mu", "sigma"));
    NpzFile.write(folder.resolve("published.npz"), published);

    JsonObject results =
        evaluate("classifier.onnx", "--data", path("data"), "--reference", path("published.npz"));

    assertThat(results.keySet())
        .contains("frechet_distance")
        .doesNotContain("kernel_distance", "precision", "recall");
  }

  @Test
  void figuresThatAreNotAskedForAreLeftOut() {
    evaluate("classifier.onnx", "--data", path("data"), "--write-reference", path("all.npz"));

    JsonObject results =
        evaluate(
            "classifier.onnx",
            "--data",
            path("data"),
            "--reference",
            path("all.npz"),
            "--metrics",
            "frechet_distance,label_accuracy");

    assertThat(results.keySet())
        .containsExactly(
            "images", "origin", "features", "reference", "frechet_distance", "label_accuracy");
  }

  @Test
  void generatedImagesSayTheirModelAndSeeds() {
    Path teacher = folder.resolve("teacher.onnx");
    TinyEdm2.denoiser(2).write(teacher);

    JsonObject origin =
        evaluate(
                "classifier.onnx",
                "--model",
                teacher.toString(),
                "--steps",
                "2",
                "--images",
                "12",
                "--seed",
                "300")
            .getAsJsonObject("origin");

    assertThat(origin.get("model_sha256").getAsString()).isEqualTo(FileDigest.of(teacher));
    assertThat(origin.get("seeds").getAsString()).isEqualTo("300..311");
    assertThat(origin.get("steps").getAsString()).isEqualTo("2");
  }

  @Test
  void statisticsUnderAnotherNetworkOfTheSameWidthAreRefused() {
    evaluate("classifier.onnx", "--data", path("data"), "--write-reference", path("all.npz"));

    assertRefused(
        "all.npz: holds statistics under another network",
        List.of("--features", path("other.onnx"), "--reference", path("all.npz")));
  }

  @Test
  void aScriptThatIsNoneIsRefused() throws IOException {
    Files.writeString(folder.resolve("text.pt"), "pancakes");

    assertRefused("text.pt: it is not an ONNX model", List.of("--features", path("text.pt")));
  }

  private void assertRefused(String message, List<String> flags) {
    List<String> arguments = new ArrayList<>(List.of("evaluate", "--threads", "1"));
    arguments.addAll(List.of("--data", path("data")));
    arguments.addAll(flags);
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine().setErr(new PrintWriter(err));

    assertThat(command.execute(arguments.toArray(new String[0]))).isEqualTo(2);
    assertThat(err.toString().lines()).singleElement().asString().contains(message);
  }
}
