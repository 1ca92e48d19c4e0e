package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutageTest {
  private static final Replica FIRST = new Replica("a:1", null);
  private static final Replica SECOND = new Replica("b:2", null);
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), new Random(1));

  private final Outage outage = new Outage(BACKOFF, Duration.ofSeconds(10));

  private static RetortException failure(Status.Code code, String said) {
    return RetortException.ofStream(
        "here:1", code.toStatus().withDescription(said).asRuntimeException());
  }

  private static RetortException draining() {
    return failure(Status.Code.UNAVAILABLE, "the server is draining");
  }

  @Test
  void theNextReplicaIsTriedAtOnceAndTheFirstAgainAfterAPause() {
    assertThat(outage.failed(FIRST, draining(), 2, true, 0)).hasValue(0);

    OptionalLong pause = outage.failed(SECOND, draining(), 2, true, 0);

    assertThat(pause.orElseThrow()).isBetween(50_000_000L, 100_000_000L);
  }

  @Test
  void pausesGrowUpToALimit() {
    long longest = 0;
    for (int i = 0; i < 8; i++) {
      long pause = outage.failed(FIRST, draining(), 1, true, i).orElseThrow();
      assertThat(pause).isBetween((50_000_000L << Math.min(i, 3)), SECOND_NANOS);
      longest = Math.max(longest, pause);
    }
    assertThat(longest).isGreaterThan(SECOND_NANOS / 2);
  }

  @Test
  void patienceEnds() {
    assertThat(outage.failed(FIRST, draining(), 1, true, 0)).isPresent();

    assertThat(outage.failed(FIRST, draining(), 1, true, 10 * SECOND_NANOS)).isEmpty();
    assertThat(outage.failure())
        .hasMessage("the server is draining (tried 2 times in 10.0 seconds)");
  }

  @Test
  void anAnswerBeginsPatienceAnew() {
    outage.failed(FIRST, draining(), 1, true, 0);

    outage.over();

    assertThat(outage.failed(FIRST, draining(), 1, true, 20 * SECOND_NANOS)).isPresent();
  }

  @Test
  void withoutPatienceEveryReplicaIsTriedOnce() {
    Outage hasty = new Outage(BACKOFF, Duration.ZERO);

    assertThat(hasty.failed(FIRST, draining(), 2, true, 0)).hasValue(0);
    assertThat(hasty.failed(SECOND, failure(Status.Code.UNAVAILABLE, "no"), 2, true, 0)).isEmpty();

    assertThat(hasty.failure())
        .hasMessage(
            "no replica answers, tried 2 times in 0.0 seconds: a:1: the server is draining; b:2:"
                + " no");
  }

  @Test
  void aRequestThatIsWrongIsNotRepeated() {
    outage.failed(FIRST, draining(), 2, false, 0);

    assertThat(
            outage.failed(SECOND, failure(Status.Code.INVALID_ARGUMENT, "fps is 0"), 2, false, 0))
        .isEmpty();
    assertThat(outage.failure().code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(outage.failure().getMessage()).startsWith("fps is 0 (tried 2 times");
  }

  @Test
  void aServerThatIsFullSendsANewStreamElsewhereOnceAndARunningOneLater() {
    RetortException full = failure(Status.Code.RESOURCE_EXHAUSTED, "12 frames are left");

    assertThat(outage.failed(FIRST, full, 2, false, 0)).hasValue(0);
    assertThat(outage.failed(SECOND, full, 2, false, 0)).isEmpty();
    assertThat(outage.failed(FIRST, full, 2, true, 0)).isPresent();
  }

  @Test
  void aTokenThatOneReplicaDoesNotKnowMayBeAnothers() {
    RetortException strange = failure(Status.Code.INVALID_ARGUMENT, "of another model");

    assertThat(outage.failed(FIRST, strange, 2, true, 0)).hasValue(0);
    assertThat(outage.failed(SECOND, strange, 2, true, 0)).isEmpty();
  }
}
