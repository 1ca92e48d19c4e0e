package retort.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorCard;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.MetadataKeys;
import retort.denoiser.ReferenceSamples;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.TensorType;
import retort.graph.Types;
import retort.network.ConvClassifier;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxReader;
import retort.onnx.OnnxWriter;

class ExportCommandTest {
  @TempDir Path folder;

  private record Outcome(int code, String out, String err) {}

  /** Runs a command in which a word that names a file, by its dot, is one of the folder. */
  private Outcome run(String line) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    String[] words =
        Arrays.stream(line.split(" "))
            .map(word -> word.matches("[a-z/]+[.].*") ? folder.resolve(word).toString() : word)
            .toArray(String[]::new);
    int code = command.execute(words);
    return new Outcome(code, out.toString(), err.toString());
  }

  @BeforeEach
  void writeModels() throws IOException {
    DenoiserModel generator = TinyGenerators.generator(3, 3);
    Path file = folder.resolve("generator.onnx");
    generator.write(file);
    TinyGenerators.teacher(3, 0).write(folder.resolve("teacher.onnx"));
    byte[] bytes = Files.readAllBytes(file);
    Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(bytes, bytes.length / 2));
    Files.write(folder.resolve("empty.onnx"), new byte[0]);
    Files.writeString(folder.resolve("text.onnx"), "This is a recipe for pancakes.\n");
    OnnxWriter.write(
        OnnxModel.of(
            new ConvClassifier(8, 2, 3, List.of(4), 5).build(1),
            Map.of(MetadataKeys.KIND, "features")),
        folder.resolve("classifier.onnx"));
    generator
        .withProperties(Map.of(MetadataKeys.SIGMA_INIT, "minus one"))
        .write(folder.resolve("sigma.onnx"));
    generator
        .withProperties(Map.of(MetadataKeys.SEED_ALGORITHM, "dice"))
        .write(folder.resolve("dice.onnx"));
    generator
        .withProperties(Map.of(MetadataKeys.REFERENCE_SAMPLES, "1,2\n0\nAAAA"))
        .write(folder.resolve("samples.onnx"));
    GeneratorSteps two = new GeneratorSteps(GeneratorSteps.Kind.EULER, List.of(80.0, 2.5));
    TinyGenerators.generator(3, 3, two).write(folder.resolve("two.onnx"));
    generator
        .withProperties(
            new GeneratorSteps(
                    GeneratorSteps.Kind.EULER,
                    IntStream.range(0, 17).mapToObj(i -> 17.0 - i).toList())
                .properties())
        .write(folder.resolve("many.onnx"));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String format = "retort.format\u0012\u0001";
    Files.write(
        folder.resolve("future.onnx"),
        text.replace(format + "1", format + "9").getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void aGeneratorBecomesAFileOfPixels() throws IOException {
    Outcome outcome = run("export --model generator.onnx --out new.onnx --report report.json");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("reference samples: ", "one image: ", " nodes (");
    OnnxModel model = OnnxReader.read(folder.resolve("new.onnx"));
    Graph graph = model.graph();
    TensorType image = Types.of(graph).type(DenoiserModel.IMAGE);
    assertThat(image.type()).isEqualTo(DataType.UINT8);
    assertThat(image.shape().at(5)).containsExactly(5, 8, 8, 2);
    assertThat(graph.inputs())
        .extracting(Graph.Input::name)
        .containsExactly(DenoiserModel.NOISE, DenoiserModel.LABEL);
    GeneratorCard card =
        GeneratorCard.of(model.metadata(), TinyGenerators.teacher(3, 0).imageShape());
    assertThat(card.labelNames()).containsExactly("label 0", "label 1", "label 2");
    assertThat(card.referenceSamples().orElseThrow().seeds()).containsExactly(100L, 101L, 102L);
    JsonObject report =
        JsonParser.parseString(Files.readString(folder.resolve("report.json"))).getAsJsonObject();
    assertThat(report.get("difference").getAsDouble()).isLessThan(1e-4);
    assertThat(report.get("difference_grey_levels").getAsLong()).isLessThanOrEqualTo(1);
    assertThat(report.get("nodes_after").getAsInt())
        .isLessThan(report.get("nodes_before").getAsInt());
    assertThat(report.get("reference_samples").getAsString()).isEqualTo("stored");
  }

  @Test
  void aGeneratorOfTwoStepsBecomesAFileLikeAnyOther() {
    Outcome outcome = run("export --model two.onnx --out new.onnx");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    OnnxModel model = OnnxReader.read(folder.resolve("new.onnx"));
    assertThat(model.graph().inputs())
        .extracting(Graph.Input::name)
        .containsExactly(DenoiserModel.NOISE, DenoiserModel.LABEL);
    assertThat(GeneratorSteps.of(model.metadata()).orElseThrow().sigmas())
        .containsExactly(80.0, 2.5);
  }

  @Test
  void floatImagesOnRequest() {
    Outcome outcome = run("export --model generator.onnx --out new.onnx --output float");

    assertThat(outcome.err()).isEmpty();
    Graph graph = OnnxReader.read(folder.resolve("new.onnx")).graph();
    TensorType image = Types.of(graph).type(DenoiserModel.IMAGE);
    assertThat(image.type()).isEqualTo(DataType.FLOAT32);
    assertThat(image.shape().at(5)).containsExactly(5, 2, 8, 8);
  }

  @Test
  void exportingTwiceGivesTheSameBytes() throws IOException {
    run("export --model generator.onnx --out new.onnx");
    run("export --model generator.onnx --out again.onnx");

    assertThat(folder.resolve("again.onnx")).hasSameBinaryContentAs(folder.resolve("new.onnx"));
  }

  @Test
  void damagedEvidenceIsRefusedAndTheWorstSampleNamed() throws IOException {
    DenoiserModel model = TinyGenerators.generator(3, 3);
    ReferenceSamples samples = TinyGenerators.samples(model);
    float[] images = samples.images().floats().clone();
    images[model.imageShape().elements() + 5] += 0.25f;
    ReferenceSamples damaged =
        new ReferenceSamples(
            samples.seeds(), samples.labels(), Tensor.floats(samples.images().shape(), images));
    model
        .withProperties(Map.of(MetadataKeys.REFERENCE_SAMPLES, damaged.encode()))
        .write(folder.resolve("generator.onnx"));
    Files.writeString(folder.resolve("new.onnx"), "what was there before");

    Outcome outcome = run("export --model generator.onnx --out new.onnx --report report.json");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines())
        .singleElement()
        .asString()
        .contains("sample 1 (seed 101, label 1) differs by 0.25", "0.000100 is tolerated");
    assertThat(folder.resolve("new.onnx")).hasContent("what was there before");
    assertThat(folder.resolve("report.json")).doesNotExist();
  }

  @Test
  void aTeacherIsExportedWhenASigmaIsGiven() {
    Outcome outcome = run("export --model teacher.onnx --out new.onnx --sigma-init 2.5");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.err().lines()).singleElement().asString().contains("no reference samples");
    GeneratorCard card =
        GeneratorCard.of(
            OnnxReader.read(folder.resolve("new.onnx")).metadata(),
            TinyGenerators.teacher(3, 0).imageShape());
    assertThat(card.referenceSamples().orElseThrow().seeds()).hasSize(16);
    assertThat(card.property(MetadataKeys.SIGMA_INIT)).contains("2.5");
  }

  @Test
  void whatWasExportedIsNotExportedAgain() {
    run("export --model generator.onnx --out new.onnx");

    Outcome outcome = run("export --model new.onnx --out newer.onnx");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("is exported already; serve it as it is");
    assertThat(folder.resolve("newer.onnx")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--model missing.onnx --out new.onnx | there is no such file",
        "--model generator.onnx --out / | which is a folder",
        "--model . --out new.onnx | it is no file but a folder",
        "--model text.onnx --out new.onnx | not an ONNX model",
        "--model empty.onnx --out new.onnx | it is empty; download or export it again",
        "--model cut.onnx --out new.onnx | only a part of one",
        "--model future.onnx --out new.onnx | update Retort to read it",
        "--model teacher.onnx --out new.onnx | distil it first, or pass --sigma-init",
        "--model classifier.onnx --out new.onnx | not a denoiser: it has no input 'noisy'",
        "--model sigma.onnx --out new.onnx | 'minus one' but should be a positive number",
        "--model dice.onnx --out new.onnx | update Retort to export it",
        "--model samples.onnx --out new.onnx | is damaged",
        "--model generator.onnx --out generator.onnx | are both",
        "--model generator.onnx --out none/new.onnx | is no folder; make it",
        "--model generator.onnx --out text.onnx/new.onnx | is no folder; make it",
        "--model generator.onnx --out new.onnx --report new.onnx | are both",
        "--model generator.onnx --out new.onnx --report none/r.json | is no folder; make it",
        "--model generator.onnx --out new.onnx --tolerance 0 | --tolerance is 0.0",
        "--model generator.onnx --out new.onnx --tolerance NaN | --tolerance is NaN",
        "--model generator.onnx --out new.onnx --tolerance -1 | --tolerance is -1.0",
        "--model generator.onnx --out new.onnx --sigma-init 3 | was distilled for 2.5",
        "--model two.onnx --out new.onnx --sigma-init 80 | was distilled for 80.0, 2.5",
        "--model many.onnx --out new.onnx | makes images in 17 steps, and a deployable has at most 16",
        "--model generator.onnx --out new.onnx --sigma-init 0 | positive noise level",
        "--model generator.onnx --out new.onnx --threads 0 | --threads is 0",
        "--model generator.onnx --out new.onnx --output int4 | UINT8, FLOAT",
        "--model generator.onnx | --out=FILE",
      })
  void aMistakeIsOneSentenceAndWritesNothing(String flags, String sentence) throws IOException {
    Map<String, Long> before = sizes();

    Outcome outcome = run("export " + flags.strip());

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains(sentence).doesNotContain("\tat ", "Exception");
    assertThat(sizes()).isEqualTo(before);
  }

  @Test
  void aFolderIsNoFileToWrite() throws IOException {
    Files.createDirectory(folder.resolve("folder.onnx"));

    Outcome outcome = run("export --model generator.onnx --out folder.onnx");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("which is a folder");
  }

  @Test
  void theClassPathHoldsNoTrainingEngine() {
    String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);

    assertThat(entries)
        .hasSizeGreaterThan(5)
        .noneMatch(
            entry -> Path.of(entry).getFileName().toString().matches("(?i).*(djl|pytorch).*"));
  }

  private Map<String, Long> sizes() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new TreeMap<>(
          files.collect(Collectors.toMap(Path::toString, file -> file.toFile().length())));
    }
  }
}
