package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.v1.GenerateRequest;
import retort.v1.Origin;

/**
 * An error, such as lack of memory, ends the server rather than leaving one that answers nobody.
 */
class BrokenThreadTest {
  @Test
  void whoWaitsIsAnsweredAndHealthIsToldBeforeTheServerEnds() throws Exception {
    try (Served served = Served.one(RecordingGenerator.open(new ImageShape(1, 2, 2)), 8)) {
      BlockingQueue<ServingStatus> health = DrainTest.watch(served);
      assertThat(health.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);

      Served.fails(
          Status.Code.INTERNAL,
          () ->
              served
                  .ask()
                  .generate(
                      GenerateRequest.newBuilder()
                          .addOrigins(Origin.newBuilder().setSeed(RecordingGenerator.FATAL_SEED))
                          .build()),
          "its log says why");

      assertThat(health.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.NOT_SERVING);
      assertThat(served.broken.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
