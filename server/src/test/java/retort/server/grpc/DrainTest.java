package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import retort.server.RecordingGenerator;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.GenerateResponse;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.StreamRequest;

class DrainTest {
  private static final GenerateRequest ONE =
      GenerateRequest.newBuilder().addOrigins(Origin.newBuilder().setSeed(1)).build();

  @Test
  void whatWasAcceptedIsAnsweredAndWhatComesIsRefused() throws Exception {
    RecordingGenerator generator = RecordingGenerator.shut(1);
    try (Served served = Served.one(generator, 8)) {
      BlockingQueue<ServingStatus> health = watch(served);
      assertThat(health.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);
      Iterator<Frame> stream =
          served.ask().stream(
              StreamRequest.newBuilder()
                  .setStart(Origin.newBuilder().setSeed(5))
                  .setFps(1)
                  .build());
      assertThat(generator.nextRun()).containsExactly(5L);
      ListenableFuture<GenerateResponse> accepted =
          RetortGrpc.newFutureStub(served.channel).generate(ONE);

      CompletableFuture<Void> drained =
          CompletableFuture.runAsync(() -> served.drain(Duration.ofSeconds(10)));
      assertThat(health.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.NOT_SERVING);
      Served.fails(Status.Code.UNAVAILABLE, () -> served.ask().generate(ONE));
      generator.open();

      assertThat(accepted.get(10, TimeUnit.SECONDS).getImagesCount()).isEqualTo(1);
      Frame last = stream.next();
      assertThat(last.getOrigin().getSeed()).isEqualTo(5);
      assertThat(last.getResumeToken()).isNotEmpty();
      Served.fails(Status.Code.UNAVAILABLE, stream::hasNext, "the server is draining");
      drained.get(10, TimeUnit.SECONDS);
    }
  }

  /** The health of the model, as it changes. */
  static BlockingQueue<ServingStatus> watch(Served served) {
    BlockingQueue<ServingStatus> seen = new LinkedBlockingQueue<>();
    HealthGrpc.newStub(served.channel)
        .watch(
            HealthCheckRequest.newBuilder().setService("fake").build(),
            new StreamObserver<>() {
              @Override
              public void onNext(HealthCheckResponse response) {
                seen.add(response.getStatus());
              }

              @Override
              public void onError(Throwable failure) {}

              @Override
              public void onCompleted() {}
            });
    return seen;
  }

  @Test
  void patienceHasAnEnd() throws Exception {
    RecordingGenerator generator = RecordingGenerator.shut(1);
    try (Served served = Served.one(generator, 8)) {
      RetortGrpc.RetortFutureStub stub = RetortGrpc.newFutureStub(served.channel);
      ListenableFuture<GenerateResponse> running = stub.generate(ONE);
      assertThat(generator.nextRun()).containsExactly(1L);
      ListenableFuture<GenerateResponse> waiting = stub.generate(ONE);

      CompletableFuture<Void> drained =
          CompletableFuture.runAsync(() -> served.drain(Duration.ZERO));

      for (ListenableFuture<GenerateResponse> cut : List.of(running, waiting)) {
        Served.fails(
            Status.Code.UNAVAILABLE,
            () -> {
              try {
                cut.get(10, TimeUnit.SECONDS);
              } catch (ExecutionException e) {
                throw e.getCause();
              }
            });
      }
      // The network still runs.
      drained.get(10, TimeUnit.SECONDS);
      generator.open();
      assertThat(generator.seeds()).isEmpty();
    }
  }
}
