package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;

class SilenceWatchTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final double UNCHANGED = Double.POSITIVE_INFINITY;

  private static SilenceWatch watch(double fps) {
    SilenceWatch watch = new SilenceWatch(java.time.Duration.ofSeconds(5), fps);
    watch.began(0);
    return watch;
  }

  private static Frame frame(long index, long dueSeconds) {
    return Frame.newBuilder()
        .setIndex(index)
        .setDue(Duration.newBuilder().setSeconds(dueSeconds))
        .build();
  }

  @Test
  void twoPeriodsAreAddedToTheAllowance() {
    assertThat(watch(2).leftNanos(UNCHANGED, 0)).isEqualTo(6 * SECOND);
    assertThat(watch(0.5).leftNanos(UNCHANGED, 4 * SECOND)).isEqualTo(5 * SECOND);
  }

  @Test
  void aStreamOfWhichNothingIsKnownMayBeTheSlowest() {
    assertThat(watch(0).leftNanos(UNCHANGED, 0)).isEqualTo(205 * SECOND);
  }

  @Test
  void thePeriodIsReadFromTheFrames() {
    SilenceWatch watch = watch(0);

    watch.arrived(frame(0, 0), 0);
    watch.arrived(frame(10, 10), 0);

    assertThat(watch.leftNanos(UNCHANGED, 0)).isEqualTo(7 * SECOND);
  }

  @Test
  void aSlowerRateThatIsOnItsWayIsWaitedFor() {
    assertThat(watch(2).leftNanos(0.1, 0)).isEqualTo(25 * SECOND);
  }

  @Test
  void aSignOfLifeBeginsTheWaitAnew() {
    SilenceWatch watch = watch(2);

    watch.sign(3 * SECOND);

    assertThat(watch.leftNanos(UNCHANGED, 8 * SECOND)).isEqualTo(SECOND);
  }
}
