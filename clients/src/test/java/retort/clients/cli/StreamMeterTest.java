package retort.clients.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static retort.clients.cli.StreamSummary.Ending.COMPLETE;
import static retort.clients.cli.StreamSummary.Ending.FAILED;
import static retort.clients.cli.StreamSummary.Ending.INTERRUPTED;

import com.google.protobuf.Duration;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;

class StreamMeterTest {
  private static final long MILLI = 1_000_000;

  /** A percentile of the histogram is exact to three digits. */
  private static final double DIGITS = 0.05;

  private final StreamMeter meter = new StreamMeter(20, 100, 25);

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

    StreamSummary summary = meter.summary(COMPLETE);

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

    StreamSummary summary = meter.summary(COMPLETE);

    assertThat(summary.received()).isEqualTo(2);
    assertThat(summary.missing()).isEqualTo(98);
    assertThat(summary.dropped()).isEqualTo(2);
    assertThat(summary.onTimeShare()).isEqualTo(0.02);
  }

  @Test
  void aStreamCutShortMissesNoLaterFrame() {
    arrives(0, 0, 1);
    arrives(2, 1, 1);

    assertThat(meter.summary(INTERRUPTED).due()).isEqualTo(3);
  }

  @Test
  void aFrameFromTheServersHeadStartIsNotLate() {
    arrives(1, 0, -2);

    assertThat(meter.summary(INTERRUPTED).latenessMax()).isZero();
  }

  @Test
  void aStreamThatFailedMissesAllThatWasAskedFor() {
    arrives(0, 0, 1);
    arrives(1, 0, 1);

    StreamSummary summary = meter.summary(FAILED);

    assertThat(summary.lines())
        .contains("ended       failed; frames asked for: 100", "dropped     0; missing 98");
    assertThat(summary.values()).containsEntry("ended", "failed").containsEntry("frames_due", 100L);
    assertThat(summary.onTimeShare()).isEqualTo(0.02);
  }

  @Test
  void oneFrameHasNoRateAndNoInterval() {
    arrives(0, 0, 1);

    StreamSummary summary = meter.summary(COMPLETE);

    assertThat(summary.lines())
        .contains("frames      1 of 100, - a second (20 asked for)", "interval    -");
    assertThat(summary.values())
        .doesNotContainKeys("frames_per_second", "interval_p50_ms", "interval_p99_ms");
  }

  @Test
  void framesOfOneMomentHaveNoRate() {
    meter.arrived(frame(0, 0), 0, 7);
    meter.arrived(frame(1, 0), 0, 7);

    assertThat(meter.summary(COMPLETE).framesPerSecond()).isZero();
    assertThat(meter.summary(COMPLETE).values()).doesNotContainKey("frames_per_second");
  }

  @Test
  void noFrameIsNoNumberThatCannotBeWritten() {
    assertThat(meter.summary(COMPLETE).values().values())
        .filteredOn(value -> value instanceof Number)
        .allMatch(value -> Double.isFinite(((Number) value).doubleValue()));
  }
}
