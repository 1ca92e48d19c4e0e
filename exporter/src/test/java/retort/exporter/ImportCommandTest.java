package retort.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.denoiser.SigmaRange;
import retort.exporter.checkpoint.PublishedForms;
import retort.graph.Tensor;

/** Checkpoints become teachers and generators. */
class ImportCommandTest {
  private static final String QUICK = " --images 2 --steps 2";

  @TempDir Path folder;

  private Shell.Outcome run(String line) {
    return new Shell(folder).run(line);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private DenoiserModel imported(String flags) {
    Shell.Outcome outcome = run("import --out %out.onnx " + flags);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    return DenoiserModel.read(file("out.onnx"));
  }

  /** As EDM's training writes it: the network, and what it was trained with. */
  private void writeEdm(String className, Map<String, ?> more) {
    Map<String, Object> arguments = new HashMap<>(TinyNetworks.EDM);
    arguments.putAll(more);
    Map<String, Object> content = new LinkedHashMap<>();
    content.put(
        "ema", new PublishedForms.Network(className, arguments, TinyNetworks.edm(className)));
    content.put("loss_fn", new PublishedForms.Thing("EDMLoss", Map.of("P_mean", -1.2)));
    content.put("augment_pipe", new PublishedForms.Thing("AugmentPipe", Map.of("p", 0.12)));
    content.put("dataset_kwargs", Map.of("path", "images.zip", "resolution", 8));
    PublishedForms.pickle(file("edm.pkl"), content);
  }

  private void writeSnapshot(String className) {
    PublishedForms.pickle(
        file("snapshot.pkl"),
        Map.of(
            "ema",
            new PublishedForms.Network(
                className, TinyNetworks.EDM, TinyNetworks.edm("EDMPrecond"))));
  }

  @Test
  void aPickleOfEdmBecomesATeacherThatSaysAllThatIsKnown() throws IOException {
    writeEdm("EDMPrecond", Map.of("sigma_min", 0.01, "sigma_max", 50.0));

    DenoiserModel teacher = imported("--from %edm.pkl" + QUICK + " --report %card.json");

    assertThat(teacher.imageShape().toString()).isEqualTo("[3, 8, 8]");
    assertThat(teacher.labelNames()).containsExactly("0", "1", "2");
    assertThat(teacher.augmentLabels()).isEqualTo(2);
    assertThat(teacher.sigmaRange()).isEqualTo(new SigmaRange(0.01, 50));
    assertThat(teacher.property(MetadataKeys.METHOD)).contains("edm");
    assertThat(teacher.property(MetadataKeys.AUGMENT_PROBABILITY)).contains("0.12");
    assertThat(teacher.property(MetadataKeys.LICENCE).orElseThrow()).contains("CC BY-NC-SA");
    assertThat(teacher.property(MetadataKeys.SIGMA_INIT)).isEmpty();
    JsonObject card = JsonParser.parseString(Files.readString(file("card.json"))).getAsJsonObject();
    assertThat(card.get("kind").getAsString()).isEqualTo("teacher");
    assertThat(card.get("from").getAsString()).isEqualTo("pickle");
    assertThat(card.get("convention").getAsString()).endsWith("sigma 0.01000 to 50.00");
    assertThat(card.get("conditioning").getAsString()).isEqualTo("3 labels, 2 augmentation labels");
    assertThat(card.get("parameters").getAsLong()).isEqualTo(teacher.graph().parameterCount());
    assertThat(card.get("to_distil").getAsString()).contains("GiB");
    assertThat(new Shell(folder).names())
        .containsExactly("card.json", "edm.pkl", "out.onnx", "out.onnx.png");
  }

  @ParameterizedTest
  @ValueSource(strings = {"VPPrecond", "VEPrecond", "iDDPMPrecond"})
  void everyPreconditioningOfEdmIsImported(String className) {
    writeEdm(className, Map.of());

    DenoiserModel teacher = imported("--from %edm.pkl" + QUICK);

    assertThat(teacher.sigmaRange()).isNotEqualTo(SigmaRange.ALL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"weights.pth", "weights.pt", "weights.safetensors", "weights.npz"})
  void aStateDictionaryIsRecognisedInEveryForm(String name) {
    Map<String, Tensor> tensors = TinyNetworks.edm("EDMPrecond");
    Path file = file(name);
    switch (name) {
      case "weights.pth" -> PublishedForms.legacy(file, tensors);
      case "weights.pt" -> PublishedForms.zip(file, tensors);
      case "weights.npz" -> PublishedForms.npz(file, tensors);
      default -> PublishedForms.safetensors(file, tensors);
    }

    DenoiserModel teacher = imported("--from %" + name + QUICK + " --report %card.json");

    Tensor written =
        Objects.requireNonNull(teacher.graph().parameters().get("model.map_label.weight"));
    assertThat(written.floats())
        .containsExactly(Objects.requireNonNull(tensors.get("model.map_label.weight")).floats());
    assertThat(file("card.json")).content().contains("names and shapes are those of a SongUNet");
  }

  @Test
  void aPickleOfEdm2BecomesATeacher() {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put(
        "ema", new PublishedForms.Network("Precond", TinyNetworks.EDM2, TinyNetworks.edm2()));
    content.put("dataset_kwargs", Map.of("resolution", 8));
    PublishedForms.pickle(file("edm2.pkl"), content);

    DenoiserModel teacher = imported("--from %edm2.pkl" + QUICK);

    assertThat(teacher.property(MetadataKeys.METHOD)).contains("edm2");
    assertThat(teacher.labels()).isEqualTo(3);
  }

  @Test
  void aDiffusersFolderBecomesATeacherOnItsSchedule() throws IOException {
    writeDiffusers();

    DenoiserModel teacher = imported("--from %model" + QUICK);

    assertThat(teacher.property(MetadataKeys.METHOD)).contains("ddpm");
    assertThat(teacher.labels()).isEqualTo(3);
    assertThat(teacher.sigmaRange().max()).isBetween(3.0, 6.0);
  }

  private void writeDiffusers() throws IOException {
    Files.createDirectories(file("model/unet"));
    Files.createDirectories(file("model/scheduler"));
    Map<String, Object> config = new HashMap<>(TinyNetworks.DIFFUSERS);
    config.put("_class_name", "UNet2DModel");
    Files.writeString(file("model/unet/config.json"), new Gson().toJson(config));
    PublishedForms.safetensors(
        file("model/unet/diffusion_pytorch_model.safetensors"), TinyNetworks.diffusers());
    Files.writeString(
        file("model/scheduler/scheduler_config.json"),
        """
        {"_class_name": "DDPMScheduler", "num_train_timesteps": 300, "beta_start": 0.0001,
         "beta_end": 0.02, "beta_schedule": "linear", "prediction_type": "epsilon"}
        """);
  }

  @Test
  void aSnapshotOfSidBecomesAGeneratorThatExports() {
    writeSnapshot("EDMPrecond");

    DenoiserModel generator = imported("--from %snapshot.pkl --sigma-init 3 --images 4");

    assertThat(generator.property(MetadataKeys.SIGMA_INIT)).contains("3.0");
    assertThat(generator.property(MetadataKeys.REFERENCE_SAMPLES)).isPresent();
    assertThat(generator.property(MetadataKeys.METHOD)).contains("sid");
    Shell.Outcome exported = run("export --model %out.onnx --out %served.onnx");
    assertThat(exported.err()).isEmpty();
    assertThat(exported.code()).isZero();
    assertThat(exported.out()).contains("reference samples: ");
  }

  @Test
  void aSnapshotOfSidaIsToldByItsClass() {
    writeSnapshot("EDMPrecond_EncoderDecoder");

    DenoiserModel generator = imported("--from %snapshot.pkl --images 0");

    assertThat(generator.property(MetadataKeys.METHOD)).contains("sida");
    assertThat(generator.property(MetadataKeys.SIGMA_INIT)).contains("2.5");
  }

  @Test
  void theUserSaysWhatTheWeightsAre() {
    writeSnapshot("EDMPrecond");
    PublishedForms.zip(file("weights.pt"), TinyNetworks.edm("EDMPrecond"));

    DenoiserModel teacher = imported("--from %snapshot.pkl --as teacher" + QUICK);

    assertThat(teacher.property(MetadataKeys.SIGMA_INIT)).isEmpty();
    assertThat(teacher.property(MetadataKeys.METHOD)).isEmpty();

    DenoiserModel generator = imported("--from %weights.pt --as generator --images 1");

    assertThat(generator.property(MetadataKeys.SIGMA_INIT)).contains("2.5");
    assertThat(generator.property(MetadataKeys.REFERENCE_SAMPLES)).isPresent();
  }

  @Test
  void anotherOfTheNetworksIsTaken() {
    Map<String, Tensor> ema = TinyNetworks.edm("EDMPrecond");
    Map<String, Tensor> net = new LinkedHashMap<>(ema);
    net.put("model.map_layer0.bias", Tensor.floats(new int[] {32}, new float[32]));
    PublishedForms.pickle(file("run.pkl"), Map.of("ema", ema, "net", net));

    DenoiserModel teacher = imported("--from %run.pkl --network net" + QUICK);

    assertThat(
            Objects.requireNonNull(teacher.graph().parameters().get("model.map_layer0.bias"))
                .floats())
        .containsOnly(0);
  }

  @Test
  void aConfigurationSaysHowTheNetworkWasConstructed() throws IOException {
    PublishedForms.npz(file("weights.npz"), TinyNetworks.edm("VPPrecond"));
    Map<String, Object> config = new HashMap<>(TinyNetworks.EDM);
    config.put("class_name", "VPPrecond");
    Files.writeString(file("config.json"), new Gson().toJson(config));

    imported("--from %weights.npz --config %config.json --report %card.json" + QUICK);

    assertThat(file("card.json")).content().contains("VPPrecond");
  }

  @Test
  void namesAndLicenceTravelWithTheWeights() {
    writeEdm("EDMPrecond", Map.of());

    DenoiserModel teacher =
        imported("--from %edm.pkl --label-names cat,dog,eel --licence CC0 --images 0");

    assertThat(teacher.labelNames()).containsExactly("cat", "dog", "eel");
    assertThat(teacher.property(MetadataKeys.LICENCE)).contains("CC0");
  }

  @Test
  void theGridShowsTheImagesAndIsLeftOutOnRequest() throws IOException {
    writeEdm("EDMPrecond", Map.of());

    imported("--from %edm.pkl --images 5 --steps 2 --grid %look.png");

    var picture = ImageIO.read(file("look.png").toFile());
    assertThat(picture.getWidth()).isGreaterThanOrEqualTo(3 * 8);
    assertThat(picture.getHeight()).isGreaterThanOrEqualTo(2 * 8);
    Files.delete(file("look.png"));

    imported("--from %edm.pkl --images 0");

    assertThat(new Shell(folder).names()).containsExactly("edm.pkl", "out.onnx");
  }

  @Test
  void importingTwiceGivesTheSameBytes() throws IOException {
    writeSnapshot("EDMPrecond");
    imported("--from %snapshot.pkl --images 1");
    byte[] first = Files.readAllBytes(file("out.onnx"));

    imported("--from %snapshot.pkl --images 1");

    assertThat(file("out.onnx")).hasBinaryContent(first);
  }
}
