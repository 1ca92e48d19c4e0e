package retort.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.denoiser.SigmaRange;
import retort.graph.Weight;
import retort.noise.DdpmSchedule;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.statistics.NpyArray;
import retort.statistics.NpyFile;

/** Somebody's ONNX becomes a teacher by what the flags say of it. */
class ImportForeignTest {
  private static final String SAID = " --time-input when --predicts eps --schedule linear";

  @TempDir Path folder;

  private Shell.Outcome run(String line) {
    return new Shell(folder).run(line);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private void write(boolean labelled, boolean extra) {
    OnnxWriter.write(
        OnnxModel.of(TinyNetworks.foreign(labelled, extra), Map.of()), file("network.onnx"));
  }

  private DenoiserModel imported(String flags) {
    Shell.Outcome outcome = run("import --from %network.onnx --out %out.onnx --images 2 " + flags);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    return DenoiserModel.read(file("out.onnx"));
  }

  @Test
  void aNetworkThatPredictsNoiseBecomesATeacher() {
    write(false, false);

    DenoiserModel teacher = imported(SAID);

    assertThat(teacher.imageShape().toString()).isEqualTo("[2, 8, 8]");
    assertThat(teacher.labels()).isZero();
    assertThat(teacher.sigmaRange().max()).isCloseTo(157.4, within(0.1));
    assertThat(teacher.property(MetadataKeys.LICENCE)).isEmpty();
    assertThat(file("out.onnx.png")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--predicts eps --schedule linear --timesteps 100 --beta-start 1e-3 --beta-end 0.2 | sigma 0.03164 to",
        "--predicts v --schedule scaled-linear | sigma ",
        "--predicts sample --schedule squared-cosine --time-scale 0.001 --time-offset 1 | sigma ",
        "--predicts eps --schedule cosine | v",
        "--predicts denoised --schedule karras --time-form log/4 | any sigma",
        "--predicts denoised --schedule karras --time-form log --state preserving | any sigma",
        "--predicts flow --schedule flow --time-to image | any sigma",
        "--predicts eps --schedule linear --range 0,1 | sigma 0.02",
        "--predicts eps --schedule linear --output answer --image-input picture --layout nchw | eps",
        "--predicts eps --schedule file --schedule-file %alphas.npy | sigma 0.01000 to 157.4",
      })
  void everyConventionCanBeSaid(String flags, String words) {
    write(false, false);
    NpyFile.write(file("alphas.npy"), NpyArray.of(DdpmSchedule.linear().alphaBars(), 1000));

    imported("--time-input when --report %card.json " + flags);

    assertThat(file("card.json")).content().contains(words);
  }

  @Test
  void guessesAreSaidWithTheFlagThatChangesThem() {
    write(true, false);

    Shell.Outcome outcome =
        run(
            "import --from %network.onnx --out %out.onnx --predicts eps --schedule linear --images 0");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("remarks", "picture", "--image-input", "when", "class_row");
  }

  @Test
  void labelsSampleInTurnAndGuidanceIsBakedIn() {
    write(true, false);
    String labelled = SAID + " --label-input class_row --label-names red,green,blue";

    DenoiserModel plain = imported(labelled);
    long nodes = plain.graph().nodes().size();
    DenoiserModel guided = imported(labelled + " --guidance 2.5");

    assertThat(plain.labelNames()).containsExactly("red", "green", "blue");
    assertThat(guided.graph().nodes().size()).isGreaterThan((int) nodes + 3);
  }

  @Test
  void aValueWithinBecomesTheFeatures() {
    write(false, false);

    DenoiserModel teacher = imported(SAID + " --features middle");

    assertThat(teacher.graph().outputs()).contains(DenoiserModel.FEATURES);
  }

  @Test
  void frozenWeightsAreNoParameters() {
    write(false, false);

    DenoiserModel teacher = imported(SAID + " --freeze in[.].*");

    assertThat(role(teacher, "in.weight")).isEqualTo(Weight.Role.BUFFER);
    assertThat(role(teacher, "out.weight")).isEqualTo(Weight.Role.PARAMETER);
  }

  private static Weight.Role role(DenoiserModel model, String name) {
    return Objects.requireNonNull(model.graph().weights().get(name)).role();
  }

  @Test
  void aFurtherInputIsFixed() {
    write(false, true);

    assertThat(imported(SAID + " --fix extra=0.5").graph().inputs()).hasSize(2);
  }

  @Test
  void anOpenDimensionIsGivenItsSize() throws IOException {
    write(false, false);
    ModelProto.Builder model =
        ModelProto.parseFrom(Files.readAllBytes(file("network.onnx"))).toBuilder();
    model
        .getGraphBuilder()
        .getInputBuilder(0)
        .getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilder(2)
        .setDimParam("height");
    Files.write(file("network.onnx"), model.build().toByteArray());

    assertThat(imported(SAID + " --dim height=8").imageShape().height()).isEqualTo(8);
  }

  @Test
  void weightsInADataFileAreReadAndLeftAsTheyWere() throws IOException {
    write(false, false);
    byte[] inside = Files.readAllBytes(file("network.onnx"));
    imported(SAID);
    byte[] expected = Files.readAllBytes(file("out.onnx"));
    moveWeightsOut(ModelProto.parseFrom(inside));
    byte[] data = Files.readAllBytes(file("network.data"));

    imported(SAID);

    assertThat(file("out.onnx")).hasBinaryContent(expected);
    assertThat(file("network.data")).hasBinaryContent(data);
  }

  private void moveWeightsOut(ModelProto model) throws IOException {
    ModelProto.Builder moved = model.toBuilder();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (TensorProto.Builder tensor : moved.getGraphBuilder().getInitializerBuilderList()) {
      ByteString raw = tensor.getRawData();
      if (raw.size() < 64) { // Shapes stay where they are, as exporters leave them.
        continue;
      }
      tensor.clearRawData().setDataLocation(TensorProto.DataLocation.EXTERNAL);
      tensor.addExternalData(entry("location", "network.data"));
      tensor.addExternalData(entry("offset", Integer.toString(data.size())));
      tensor.addExternalData(entry("length", Integer.toString(raw.size())));
      data.writeBytes(raw.toByteArray());
    }
    assertThat(data.size()).isPositive();
    Files.write(file("network.onnx"), moved.build().toByteArray());
    Files.write(file("network.data"), data.toByteArray());
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  @Test
  void aGeneratorInOnnxExports() {
    write(false, false);

    DenoiserModel generator = imported(SAID + " --as generator --sigma-init 80");

    assertThat(generator.property(MetadataKeys.SIGMA_INIT)).contains("80.0");
    assertThat(generator.sigmaRange()).isNotEqualTo(SigmaRange.ALL);
    assertThat(run("export --model %out.onnx --out %served.onnx").code()).isZero();
  }
}
