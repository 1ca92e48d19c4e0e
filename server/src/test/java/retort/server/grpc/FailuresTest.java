package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import org.junit.jupiter.api.Test;
import retort.server.image.EncodingException;

class FailuresTest {
  @Test
  void aCodecThatTheMachineLacksIsNoFaultOfTheServer() {
    EncodingException failure =
        new EncodingException("no WebP here; ask for PNG", new UnsatisfiedLinkError());

    Status status = Failures.status(failure).getStatus();

    assertThat(status.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(status.getDescription()).isEqualTo("no WebP here; ask for PNG");
  }
}
