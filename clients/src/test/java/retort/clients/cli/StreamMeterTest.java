package retort.clients.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Duration;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;

class StreamMeterTest {
  private static final long MILLI = 1_000_000;

  /** A percentile of the histogram is exact to three digits. */
  private static final double DIGITS = 0.05;

  private final StreamMeter meter = new StreamMeter(20, 25);

  /** A frame that was due at its index over 20 seconds. */
  private static Frame frame(long index, long dropped) {
    long dueNanos = index * 50 * MILLI;
    return Frame.newBuilder()
        .setIndex(index)
        .setDropped(dropped)
        .setDue(
            Duration.newBuilder()
                .setSeconds(dueNanos / (1000 * MILLI))
                .setNanos((int) (dueNanos % (1000 * MILLI))))
        .build();
  }

  private void arrives(long index, long dropped, long lateMillis) {
    long start = 77;
    meter.arrived(frame(index, dropped), start, start + (index * 50 + lateMillis) * MILLI);
  }

  @Test
  void latenessIsTheArrivalMinusStartAndDueTime() {
    for (int i = 0; i < 100; i++) {
      arrives(i, 0, i == 60 ? 30 : 4);
    }

    StreamSummary summary = meter.ofAll(100);

    assertThat(summary.latenessP50()).isCloseTo(4, within(DIGITS));
    assertThat(summary.latenessMin()).isCloseTo(4, within(DIGITS));
    assertThat(summary.latenessMax()).isCloseTo(30, within(DIGITS));
    assertThat(summary.onTimeShare()).isEqualTo(0.99);
    assertThat(summary.intervalP50()).isCloseTo(50, within(DIGITS));
    assertThat(summary.intervalP99()).isCloseTo(76, within(DIGITS));
    assertThat(summary.framesPerSecond()).isCloseTo(20, within(1e-9));
  }

  @Test
  void aFrameThatIsMissingIsNotOnTime() {
    arrives(0, 0, 1);
    arrives(3, 2, 1);

    StreamSummary summary = meter.ofAll(5);

    assertThat(summary.received()).isEqualTo(2);
    assertThat(summary.missing()).isEqualTo(3);
    assertThat(summary.dropped()).isEqualTo(2);
    assertThat(summary.onTimeShare()).isEqualTo(0.4);
  }

  @Test
  void aStreamCutShortMissesNoLaterFrame() {
    arrives(0, 0, 1);
    arrives(2, 1, 1);

    assertThat(meter.soFar().due()).isEqualTo(3);
  }

  @Test
  void aFrameFromTheServersHeadStartIsNotLate() {
    arrives(1, 0, -2);

    assertThat(meter.soFar().latenessMax()).isZero();
  }

  @Test
  void noFrameIsNoNumberThatCannotBeWritten() {
    assertThat(meter.ofAll(10).values().values())
        .allMatch(value -> Double.isFinite(value.doubleValue()));
  }
}
