package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.ModelReadyRequest;
import retort.inference.RepositoryModelLoadRequest;
import retort.inference.RepositoryModelUnloadRequest;
import retort.server.TinyGenerator;

/** Who may change what a server holds. */
class RepositoryModelsTest {
  @TempDir private Path folder;

  private static final RepositoryModelUnloadRequest UNLOAD =
      RepositoryModelUnloadRequest.newBuilder().setModelName("tiny").build();
  private static final RepositoryModelLoadRequest LOAD =
      RepositoryModelLoadRequest.newBuilder().setModelName("tiny").build();

  private static boolean ready(GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub ask) {
    return ask.modelReady(ModelReadyRequest.newBuilder().setName("tiny").build()).getReady();
  }

  @Test
  void clientsChangeNothingUnlessTheyMay() {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    try (Served served = Served.folderAsItIs(folder)) {
      var ask = GRPCInferenceServiceGrpc.newBlockingStub(served.channel);

      Served.fails(
          Status.Code.UNAVAILABLE,
          () -> ask.repositoryModelUnload(UNLOAD),
          "explicit model load / unload is not allowed",
          "--model-control");
      Served.fails(
          Status.Code.UNAVAILABLE,
          () -> ask.repositoryModelLoad(LOAD),
          "explicit model load / unload is not allowed");

      assertThat(ready(ask)).isTrue();
    }
  }

  @Test
  void whoMayTakesAModelAwayAndBringsItBack() {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    try (Served served = Served.folder(folder, 1)) {
      var ask = GRPCInferenceServiceGrpc.newBlockingStub(served.channel);

      assertThat(ask.repositoryModelUnload(UNLOAD).getIsUnloaded()).isTrue();
      assertThat(ready(ask)).isFalse();
      assertThat(ask.repositoryModelLoad(LOAD).getIsLoaded()).isTrue();
      assertThat(ready(ask)).isTrue();
    }
  }
}
