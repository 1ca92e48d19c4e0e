package retort.server.grpc;

import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.UNAVAILABLE;
import static io.grpc.Status.Code.UNIMPLEMENTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import retort.server.TinyGenerator;
import retort.v1.Frame;
import retort.v1.Model;

/** What clients are told of models that come, change and go. */
class ServedFolderTest extends ServedFolder {
  @Test
  void fileThatIsRefusedLeavesTheOldVersionServedAndIsListedWithTheReason() throws IOException {
    write(TinyGenerator.USUAL, 2);
    models.load("tiny");
    Files.write(file(3), new byte[] {1, 2, 3});
    models.poll();
    models.poll();

    Model model = listed();

    assertThat(model.getState()).isEqualTo(Model.State.STATE_READY);
    assertThat(model.getVersion()).isEqualTo(2);
    assertThat(model.getMessage()).startsWith("version 3: ONNX Runtime refuses it");
    assertThat(model.getVersionsList())
        .extracting(retort.v1.ModelVersion::getState)
        .containsExactly(Model.State.STATE_FAILED, Model.State.STATE_READY);
    assertThat(health()).isEqualTo(ServingStatus.SERVING);
    assertThat(served.ask().generate(image()).getModelDigest()).isEqualTo(model.getDigest());
  }

  @Test
  void unloadedModelIsRefusedWhileItsStreamsGoOn() {
    Iterator<Frame> frames = stream();
    frames.next();

    models.unload("tiny");

    assertThat(health()).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(listed().getState()).isEqualTo(Model.State.STATE_UNLOADED);
    Served.fails(UNAVAILABLE, () -> served.ask().generate(image()), "tiny", "was unloaded");
    for (int i = 0; i < 20; i++) {
      assertThat(frames.next().getImage().getData().isEmpty()).isFalse();
    }

    models.load("tiny");
    assertThat(health()).isEqualTo(ServingStatus.SERVING);
    assertThat(served.ask().generate(image()).getImagesCount()).isEqualTo(1);
  }

  @Test
  void modelThatLeavesTheFolderIsUnknown() throws IOException {
    Files.delete(file(1));
    Files.delete(file(1).getParent());
    models.poll();

    Served.fails(NOT_FOUND, () -> served.ask().generate(image()), "there is no model 'tiny'");
    Served.fails(
        NOT_FOUND,
        () -> served.ask().generate(image().toBuilder().clearModel().build()),
        "this server holds none");
    Served.fails(NOT_FOUND, this::health);
  }

  @Test
  void networkOfAnotherToolIsListedAndMakesNoImages() {
    TinyGenerator.USUAL.write(folder.resolve("plain.onnx"), new TreeMap<>());
    models.load("plain");

    Model plain = listed();
    assertThat(plain.getName()).isEqualTo("plain");
    assertThat(plain.getState()).isEqualTo(Model.State.STATE_READY);
    assertThat(plain.getKind()).isEqualTo(Model.Kind.KIND_TENSORS);
    assertThat(plain.getDigest()).hasSize(64);
    Served.fails(
        UNIMPLEMENTED,
        () -> served.ask().generate(image().toBuilder().setModel("plain").build()),
        "plain",
        "KIND_GENERATOR");
  }
}
