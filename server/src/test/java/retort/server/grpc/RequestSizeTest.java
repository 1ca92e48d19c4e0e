package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.v1.GenerateRequest;
import retort.v1.Origin;

/** Over a real connection, since messages have no size in one process. */
class RequestSizeTest {
  private static final GenerateRequest LARGE =
      GenerateRequest.newBuilder()
          .addAllOrigins(Collections.nCopies(100_000, Origin.getDefaultInstance()))
          .build();

  @Test
  void requestsAreNeitherLargeNorPacked() {
    RecordingGenerator generator = RecordingGenerator.open(new ImageShape(1, 2, 2));
    try (Served served = Served.overTheLoopback(generator, 8)) {
      Served.fails(
          Status.Code.RESOURCE_EXHAUSTED,
          () -> served.ask().generate(LARGE),
          Integer.toString(RetortServer.MAX_REQUEST_BYTES));
      Served.fails(
          Status.Code.UNIMPLEMENTED,
          () -> served.ask().withCompression("gzip").generate(LARGE),
          "gzip");
      assertThat(generator.seeds()).isEmpty();
    }
  }
}
