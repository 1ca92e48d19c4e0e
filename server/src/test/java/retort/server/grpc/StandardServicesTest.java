package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.server.TinyGenerator;

class StandardServicesTest {
  @TempDir private Path folder;

  private static ServingStatus health(Served served, String service) {
    return HealthGrpc.newBlockingStub(served.channel)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  @Test
  void healthIsToldOfServerServiceAndEachModel() throws IOException {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    Files.write(folder.resolve("broken.onnx"), new byte[] {1, 2, 3});
    try (Served served = Served.folder(folder, 1)) {
      assertThat(health(served, "")).isEqualTo(ServingStatus.SERVING);
      assertThat(health(served, "retort.v1.Retort")).isEqualTo(ServingStatus.SERVING);
      assertThat(health(served, "tiny")).isEqualTo(ServingStatus.SERVING);
      assertThat(health(served, "broken")).isEqualTo(ServingStatus.NOT_SERVING);
      Served.fails(Status.Code.NOT_FOUND, () -> health(served, "cats"));
    }
  }

  @Test
  void reflectionTellsTheServices() throws Exception {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    try (Served served = Served.folder(folder, 1)) {
      CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
      StreamObserver<ServerReflectionRequest> asking =
          ServerReflectionGrpc.newStub(served.channel)
              .serverReflectionInfo(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                      answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                      answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                  });
      asking.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());

      assertThat(
              answer.get(10, TimeUnit.SECONDS).getListServicesResponse().getServiceList().stream()
                  .map(service -> service.getName()))
          .containsExactlyInAnyOrder(
              "inference.GRPCInferenceService",
              "retort.v1.Retort",
              "grpc.health.v1.Health",
              "grpc.reflection.v1.ServerReflection",
              "grpc.reflection.v1alpha.ServerReflection");
      asking.onCompleted();
    }
  }
}
