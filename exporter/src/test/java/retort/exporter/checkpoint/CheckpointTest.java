package retort.exporter.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.graph.DataType;
import retort.graph.Tensor;

/** What each format holds, from files that PyTorch and NumPy wrote. */
class CheckpointTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"edm.pkl", "edm-protocol2.pkl"})
  void edmPickleNamesTensorsAsItsStateDictionary(String name) {
    Checkpoint checkpoint = Checkpoint.read(Fixtures.copy(name, folder));

    assertThat(checkpoint.network()).isEqualTo("ema");
    assertThat(new ArrayList<>(checkpoint.tensors().keySet()))
        .containsExactly(
            "model.transposed",
            "model.first",
            "model.second",
            "model.every_other",
            "model.steps",
            "model.on",
            "model.map_noise.freqs",
            "model.enc.8x8_conv.weight",
            "model.enc.8x8_conv.bias",
            "model.enc.8x8_block0.norm0.weight",
            "model.enc.8x8_block0.norm0.bias",
            "model.enc.8x8_block0.conv0.weight",
            "model.enc.8x8_block0.conv0.bias");
  }

  @ParameterizedTest
  @ValueSource(strings = {"edm.pkl", "edm-protocol2.pkl"})
  void viewsOfOneStorageAreReadByTheirStrides(String name) {
    Map<String, Tensor> tensors = Checkpoint.read(Fixtures.copy(name, folder)).tensors();

    assertThat(floats(tensors, "model.transposed")).containsExactly(2, 3.5f, 2.5f, 4, 3, 4.5f);
    assertThat(floats(tensors, "model.first")).containsExactly(3, 3.5f, 4, 4.5f, 5, 5.5f);
    assertThat(floats(tensors, "model.second")).containsExactly(6, 6.5f, 7, 7.5f, 8, 8.5f);
    assertThat(floats(tensors, "model.every_other"))
        .containsExactly(3.5f, 4.5f, 5.5f, 6.5f, 7.5f, 8.5f);
    assertThat(tensor(tensors, "model.steps").integers()).containsExactly(7);
    assertThat(tensor(tensors, "model.on").integers()).containsExactly(1, 0);
  }

  @Test
  void edmPickleSaysHowItsNetworkWasConstructed() {
    Checkpoint checkpoint = Checkpoint.read(Fixtures.copy("edm.pkl", folder));

    Configuration configuration = checkpoint.configuration().orElseThrow();
    assertThat(configuration.className()).isEqualTo("EDMPrecond_EncoderDecoder");
    assertThat(configuration.innerClassName()).contains("SongUNet_EncoderDecoder");
    assertThat(configuration.arguments())
        .containsEntry("img_resolution", 8L)
        .containsEntry("channel_mult", List.of(1L, 2L))
        .containsEntry("sigma_max", Double.POSITIVE_INFINITY);
    assertThat(checkpoint.notes().get("augment_pipe"))
        .containsEntry("class_name", "AugmentPipe")
        .containsEntry("p", 0.12)
        .containsEntry("Hbf", List.of(List.of(0.5, 0.25), 2.0));
    assertThat(checkpoint.notes().get("dataset_kwargs"))
        .containsEntry("use_labels", true)
        .containsEntry("max_size", null);
  }

  @Test
  void networkThatRefersToItselfIsRead() {
    Checkpoint checkpoint = Checkpoint.read(Fixtures.copy("edm2-knotted.pkl", folder));

    assertThat(checkpoint.configuration().orElseThrow().className())
        .isEqualTo("EDM_2_Precond_Generator");
    assertThat(tensor(checkpoint.tensors(), "unet.emb").type()).isEqualTo(DataType.FLOAT16);
    assertThat(floats(checkpoint.tensors(), "unet.emb")).containsExactly(12, 12.5f, 13, 13.5f);
    assertThat(checkpoint.notes().get("encoder"))
        .containsEntry("scale", List.of(0.25, 0.5, 0.75, 1.0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.pt", "types.pth", "types.safetensors", "types.npz"})
  void everyFormatGivesTheSameTensors(String name) {
    Checkpoint checkpoint = Checkpoint.read(Fixtures.copy(name, folder));

    Map<String, Tensor> tensors = checkpoint.tensors();
    Map<String, DataType> types = Map.of("f64", DataType.FLOAT64, "f16", DataType.FLOAT16);
    types.forEach((key, type) -> assertThat(tensor(tensors, key).type()).isEqualTo(type));
    assertThat(tensor(tensors, "f64").reals()).containsExactly(0, 0.5, 1, 1.5, 2, 2.5);
    assertThat(floats(tensors, "f32")).containsExactly(1, 1.5f, 2, 2.5f, 3, 3.5f);
    assertThat(floats(tensors, "f16")).containsExactly(2, 2.5f, 3, 3.5f, 4, 4.5f);
    assertThat(tensor(tensors, "i64").integers()).containsExactly(4, 4, 5, 5, 6, 6);
    assertThat(tensor(tensors, "i32").integers()).containsExactly(5, 5, 6, 6, 7, 7);
    assertThat(tensor(tensors, "u8").integers()).containsExactly(8, 8, 9, 9, 10, 10);
    assertThat(tensor(tensors, "bool").integers()).containsExactly(1, 0, 1);
    assertThat(tensor(tensors, "scalar").shape()).isEmpty();
    assertThat(floats(tensors, "scalar")).containsExactly(9);
    assertThat(tensor(tensors, "empty").shape()).containsExactly(0, 3);
    assertThat(floats(tensors, "empty")).isEmpty();
    assertThat(floats(tensors, "transposed")).containsExactly(10, 11.5f, 10.5f, 12, 11, 12.5f);
    assertThat(floats(tensors, "part")).containsExactly(12, 13.5f);
    assertThat(floats(tensors, "expanded")).containsExactly(12, 12, 12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"types.pt", "types.pth", "types.safetensors"})
  void typesThatNumpyLacksAreReadToo(String name) {
    Map<String, Tensor> tensors = Checkpoint.read(Fixtures.copy(name, folder)).tensors();

    assertThat(tensor(tensors, "bf16").type()).isEqualTo(DataType.BFLOAT16);
    assertThat(floats(tensors, "bf16")).containsExactly(3, 3.5f, 4, 4.5f, 5, 5.5f);
    assertThat(tensor(tensors, "i16").integers()).containsExactly(6, 6, 7, 7, 8, 8);
    assertThat(tensor(tensors, "i8").integers()).containsExactly(7, 7, 8, 8, 9, 9);
  }

  @Test
  void averagedNetworkIsTakenAndOthersCanBeChosen() {
    Path file = Fixtures.copy("training-state.pt", folder);

    assertThat(Checkpoint.read(file).network()).isEqualTo("G_ema_state");
    assertThat(Checkpoint.read(file).networks())
        .containsExactly("fake_score_state", "G_state", "G_ema_state");
    assertThat(Checkpoint.read(file, "G_state").network()).isEqualTo("G_state");
    assertThatThrownBy(() -> Checkpoint.read(file, "H"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith(
            "training-state.pt: has no network 'H' but fake_score_state, G_state, G_ema_state;"
                + " name one of these");
  }

  @Test
  void filesOfPython2AreRead() {
    byte[] storage = PickleAssembler.storage(1, 2);
    Path file = Fixtures.write(folder.resolve("old.pkl"), oldState(storage));

    Map<String, Tensor> tensors = Checkpoint.read(file).tensors();

    assertThat(floats(tensors, "w")).containsExactly(1, 2);
  }

  /** Protocol 0 has texts between quotes and numbers in decimal; torch writes the rest. */
  private static byte[] oldState(byte[] storage) {
    return new PickleAssembler()
        .raw("(dp0\nS'it\\'s'\nL7L\nsV\\u0063\nF0.5\nsS'on'\nI01\ns0(dp0\nS'w'\n")
        .tensor(storage, 0, new int[] {2}, new long[] {1})
        .raw("s.")
        .done();
  }

  @Test
  void diffusersFolderIsNetworkAndSchedule() throws Exception {
    Files.createDirectories(folder.resolve("unet"));
    Files.createDirectories(folder.resolve("scheduler"));
    Files.writeString(
        folder.resolve("unet/config.json"),
        "{\"_class_name\": \"UNet2DModel\", \"sample_size\": 32, \"dropout\": 0.0,"
            + " \"class_embed_type\": null}");
    Files.writeString(
        folder.resolve("scheduler/scheduler_config.json"),
        "{\"_class_name\": \"DDPMScheduler\", \"beta_end\": 0.02}");
    Fixtures.write(
        folder.resolve("unet/diffusion_pytorch_model.fp16.safetensors"),
        Fixtures.bytes("types.safetensors"));

    Checkpoint checkpoint = Checkpoint.read(folder);

    assertThat(checkpoint.format())
        .isEqualTo("diffusers folder, safetensors diffusion_pytorch_model.fp16.safetensors");
    Configuration configuration = checkpoint.configuration().orElseThrow();
    assertThat(configuration.className()).isEqualTo("UNet2DModel");
    assertThat(configuration.arguments())
        .containsOnlyKeys("sample_size", "dropout", "class_embed_type")
        .containsEntry("class_embed_type", null);
    assertThat(checkpoint.notes().get("scheduler")).containsEntry("beta_end", 0.02);
    assertThat(checkpoint.tensors()).hasSize(15);
  }

  @Test
  void folderWithoutWeightsSaysWhatIsMissing() throws Exception {
    Files.writeString(folder.resolve("config.json"), "{\"_class_name\": \"UNet2DModel\"}");

    assertThatThrownBy(() -> Checkpoint.read(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(
            "has no weights; diffusion_pytorch_model.safetensors or diffusion_pytorch_model.bin is"
                + " missing");
  }

  @Test
  void indexGathersTensorsOfSeveralFiles() throws Exception {
    Fixtures.copy("types.safetensors", folder);
    Fixtures.copy("training-state.pt", folder);
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(
        index, "{\"weight_map\": {\"f32\": \"types.safetensors\", \"w\": \"training-state.pt\"}}");

    Checkpoint checkpoint = Checkpoint.read(index);

    assertThat(checkpoint.tensors()).containsOnlyKeys("f32", "w");
    assertThat(checkpoint.format()).isEqualTo("safetensors in 2 files");
  }

  @Test
  void indexNeverLeavesItsFolder() throws Exception {
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"weight_map\": {\"w\": \"../secret\"}}");

    assertThatThrownBy(() -> Checkpoint.read(index))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("'../secret', which is no file beside it");
  }

  @Test
  void fileThatChangesAfterItWasLookedAtIsRefused() throws Exception {
    Path file = Fixtures.copy("types.pt", folder);
    Tensor tensor = tensor(Checkpoint.read(file).tensors(), "f32");

    Files.write(file, new byte[10]);

    assertThatThrownBy(tensor::floats)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("has changed while it was read");
  }

  private static Tensor tensor(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private static float[] floats(Map<String, Tensor> tensors, String name) {
    return tensor(tensors, name).floats();
  }
}
