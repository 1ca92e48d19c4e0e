package retort.clients.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class StreamFiguresTest {
  private static final long MILLI = 1_000_000;
  private static final long PERIOD = 50 * MILLI;

  /** Histograms keep three digits. */
  private static final Offset<Double> DIGITS = within(0.1);

  /** Twenty frames are due, and a period before and after. */
  private static final Span SPAN = new Span(0, 0, 22 * PERIOD);

  private final StreamFigures figures = new StreamFigures(20, SPAN);
  private final FrameLog log = new FrameLog();

  private void frame(long index, long lateMillis) {
    log.add(index * PERIOD + lateMillis * MILLI, index * PERIOD, index);
  }

  private Map<String, Object> told() {
    Figures told = new Figures();
    figures.tell(told);
    return told.values();
  }

  @Test
  void framesWithinHalfAPeriodAreOnTime() {
    for (int i = 0; i < 20; i++) {
      frame(i, i < 10 ? 0 : i < 15 ? 25 : 26);
    }

    figures.add(log);

    assertThat(figures.onTimeShare()).isEqualTo(0.75);
  }

  @Test
  void whatAllFramesAreLateByIsTheCallsAndNotTheirs() {
    for (int i = 0; i < 20; i++) {
      log.add((i + 4) * PERIOD, i * PERIOD, i);
    }

    figures.add(log);

    assertThat(figures.onTimeShare()).isGreaterThan(0.8);
    assertThat(told().get("lateness_ms"))
        .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("max", 0.0);
  }

  @Test
  void aDroppedFrameIsNotOnTime() {
    for (int i = 0; i < 20; i++) {
      if (i != 7 && i != 8) {
        frame(i, 0);
      }
    }

    figures.add(log);

    assertThat(figures.onTimeShare()).isEqualTo(0.9);
    assertThat(told()).containsEntry("dropped", 2L).containsEntry("frames", 18L);
  }

  @Test
  void framesThatAStalledServerNeverScheduledAreNotOnTime() {
    for (int i = 0; i < 10; i++) {
      frame(i, 0);
    }

    figures.add(log);

    // By the rate, nineteen are due at least.
    assertThat(figures.onTimeShare()).isEqualTo(10 / 19.0);
  }

  @Test
  void aStreamWithoutFramesHasNoneOnTime() {
    figures.add(log);

    assertThat(figures.onTimeShare()).isZero();
    assertThat(told()).doesNotContainKeys("inter_frame_ms", "lateness_ms");
  }

  @Test
  void timesBetweenFramesAreThoseOfOneStream() {
    frame(0, 0);
    frame(1, 10);
    frame(2, 0);
    FrameLog other = new FrameLog();
    other.add(5 * PERIOD, 0, 0);

    figures.add(log);
    figures.add(other);

    assertThat(told().get("inter_frame_ms"))
        .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
        .containsEntry("count", 2L)
        .hasEntrySatisfying("max", max -> assertThat((Double) max).isCloseTo(60, DIGITS));
  }

  @Test
  void whatCameBeforeTheSpanIsNotMeasured() {
    StreamFigures later = new StreamFigures(20, new Span(0, 10 * PERIOD, 22 * PERIOD));
    for (int i = 0; i < 20; i++) {
      frame(i, i < 10 ? 40 : 0);
    }

    later.add(log);

    assertThat(later.onTimeShare()).isEqualTo(1);
    assertThat(later.received()).isEqualTo(10);
  }
}
