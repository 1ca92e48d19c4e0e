package retort.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.exporter.checkpoint.PublishedForms;
import retort.file.FileDigest;
import retort.graph.Tensor;
import retort.network.features.CifarResNet;

/** What {@code inspect} tells of checkpoints. */
class CheckpointInspectionTest {
  @TempDir Path folder;

  private JsonObject inspected(String flags) {
    Shell.Outcome outcome = new Shell(folder).run("inspect --json " + flags);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    return JsonParser.parseString(outcome.out()).getAsJsonObject();
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  @Test
  void aPickleSaysHowItWasConstructedAndWhatItWouldBecome() {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put(
        "ema",
        new PublishedForms.Network("EDMPrecond", TinyNetworks.EDM, TinyNetworks.edm("EDMPrecond")));
    content.put("dataset_kwargs", Map.of("resolution", 8));
    Path file = PublishedForms.pickle(file("edm.pkl"), content);

    JsonObject card = inspected("%edm.pkl");

    assertThat(card.get("kind").getAsString()).isEqualTo("checkpoint");
    assertThat(card.get("format").getAsString()).isEqualTo("pickle");
    assertThat(card.get("sha256").getAsString()).isEqualTo(FileDigest.of(file));
    assertThat(card.get("class").getAsString()).isEqualTo("EDMPrecond");
    assertThat(card.getAsJsonObject("arguments").get("channel_mult").getAsString())
        .isEqualTo("[1, 2]");
    assertThat(card.get("imports_as").getAsString()).isEqualTo("teacher");
    assertThat(card.get("inputs").toString())
        .contains("noisy float32[N, 3, 8, 8]", "label float32[N, 3]", "augment float32[N, 2]");
    assertThat(card.get("outputs").toString()).contains("denoised float32[N, 3, 8, 8]");
    assertThat(card.get("multiply_adds").getAsLong()).isPositive();
    assertThat(card.getAsJsonObject("operators").get("Conv").getAsInt()).isPositive();
    assertThat(card.getAsJsonObject("notes").get("dataset_kwargs").getAsString())
        .contains("resolution=8");
    assertThat(card.get("parameters").getAsLong())
        .isEqualTo(card.get("weights").getAsLong())
        .isPositive();
  }

  @Test
  void anUnknownStateDictionaryIsToldAsTensors() {
    PublishedForms.zip(
        file("unknown.pt"), Map.of("fancy.weight", Tensor.floats(new int[] {2, 3}, new float[6])));

    JsonObject card = inspected("%unknown.pt");

    assertThat(card.get("tensors").getAsInt()).isEqualTo(1);
    assertThat(card.get("weights").getAsInt()).isEqualTo(6);
    assertThat(card.getAsJsonObject("first_tensors").get("fancy.weight").getAsString())
        .isEqualTo("FLOAT32[2, 3]");
    assertThat(card.get("unsupported").getAsString()).contains("of no network that is known");
    assertThat(card.has("parameters")).isFalse();
  }

  @Test
  void oneOfSeveralNetworksIsChosen() {
    Map<String, Tensor> tensors = TinyNetworks.edm("EDMPrecond");
    PublishedForms.pickle(file("run.pkl"), Map.of("ema", tensors, "net", tensors));

    assertThat(inspected("%run.pkl").get("network").getAsString()).isEqualTo("ema");
    assertThat(inspected("%run.pkl --network net").get("network").getAsString()).isEqualTo("net");
  }

  @Test
  void aFeatureNetworkIsRecognised() {
    PublishedForms.npz(
        file("resnet.npz"), TinyNetworks.tensors("", new CifarResNet(1, 4, 3, false)::build));

    JsonObject card = inspected("%resnet.npz");

    assertThat(card.get("imports_as").getAsString()).isEqualTo("features");
    assertThat(card.get("architecture").getAsString()).isEqualTo("ResNet-8 with 3 labels");
  }

  @Test
  void whatIsNoCheckpointIsRefusedInASentence() throws IOException {
    Files.writeString(file("text.txt"), "This is a recipe for pancakes.\n");
    PublishedForms.hostile(file("hostile.pkl"));

    for (String line :
        new String[] {"%text.txt", "%hostile.pkl", "%none.pt", "%text.txt --network a"}) {
      Shell.Outcome outcome = new Shell(folder).run("inspect " + line);

      assertThat(outcome.code()).isEqualTo(2);
      assertThat(outcome.out()).isEmpty();
      assertThat(outcome.err().lines()).hasSize(1);
    }
  }
}
