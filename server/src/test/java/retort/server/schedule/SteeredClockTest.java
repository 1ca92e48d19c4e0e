package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** When streams show their frames that are paused, stepped, or change their rate. */
class SteeredClockTest extends SteeredStream {
  @Test
  void pauseUsesUpNoIndexAndCausesNoBurst() {
    FrameStream stream = start();
    makeWhatWaits();
    stream.steer(Updates.clock(1, true, 0));
    pass(1000);
    assertThat(clock.alarms()).isZero();
    stream.steer(Updates.clock(2, false, 0));
    pass(0);
    pass(50);
    pass(50);

    assertThat(sink.indexes()).containsExactly(0L, 1L, 2L);
    assertThat(sink.dueMillis()).containsExactly(0L, 1000L, 1100L);
    assertThat(last().after().dropped()).isZero();
  }

  @Test
  void pauseAndResumeInTurnShowNoMoreFramesThanTheRate() {
    FrameStream stream = start();
    makeWhatWaits();
    for (int i = 1; i <= 100; i++) {
      stream.steer(Updates.clock(2L * i, true, 0));
      stream.steer(Updates.clock(2L * i + 1, i % 2 == 0, i % 2 == 0 ? 1 : 0));
      pass(10);
    }

    assertThat(sink.frames).hasSizeLessThanOrEqualTo(11);
  }

  @Test
  void stepsComeOnePerPeriodTheFirstAtOnceAndAddUp() {
    FrameStream stream = start();
    makeWhatWaits();
    stream.steer(Updates.clock(1, true, 0));
    pass(1000);
    stream.steer(Updates.clock(2, null, 1));
    stream.steer(Updates.clock(3, null, 2));
    for (int i = 0; i < 10; i++) {
      pass(i == 0 ? 0 : 100);
    }

    assertThat(sink.indexes()).containsExactly(0L, 1L, 2L, 3L);
    assertThat(sink.dueMillis()).containsExactly(0L, 1000L, 1100L, 1200L);
  }

  @Test
  void aStepThatCannotBeDeliveredWaits() {
    FrameStream stream = start();
    makeWhatWaits();
    stream.steer(Updates.clock(1, true, 1));
    sink.ready = false;
    pass(100);
    pass(500);
    sink.ready = true;
    stream.wake();
    pass(0);

    assertThat(sink.indexes()).containsExactly(0L, 1L);
    assertThat(last().after().dropped()).isZero();
  }

  @Test
  void pausedStreamShowsAnUpdateWithTheNextStep() {
    FrameStream stream = start();
    makeWhatWaits();
    stream.steer(Updates.clock(1, true, 0));
    stream.steer(Updates.next(2, Updates.seed(50)));
    pass(1000);
    assertThat(sink.frames).hasSize(1);
    stream.steer(Updates.clock(3, null, 1));
    pass(0);

    assertThat(last().origin().seed()).isEqualTo(50);
    assertThat(last().told().applied()).isEqualTo(3);
  }

  @Test
  void streamThatRunsAgainDropsWhatItsClientCannotTake() {
    FrameStream stream = start();
    makeWhatWaits();
    stream.steer(Updates.clock(1, true, 1));
    sink.ready = false;
    pass(100);
    stream.steer(Updates.clock(2, false, 0));
    pass(100);
    sink.ready = true;
    pass(100);

    assertThat(last().after().dropped()).isPositive();
  }

  @Test
  void stepOfAStreamThatRunsIsRefused() {
    FrameStream stream = start();

    assertThatThrownBy(() -> stream.steer(Updates.clock(1, null, 3)))
        .isInstanceOf(RefusedException.class)
        .hasMessage("step is 3, but the stream is not paused; set paused too");
  }

  @Test
  void newRateCountsFromTheFrameBefore() {
    FrameStream stream = start();
    makeWhatWaits();
    pass(100);
    pass(20);
    stream.steer(Updates.next(1, Updates.fps(20)));
    pass(30);
    pass(50);

    assertThat(sink.dueMillis()).containsExactly(0L, 100L, 150L, 200L);
  }

  @Test
  void higherRateAfterASlowOneCausesNoBurst() {
    FrameStream stream = start();
    makeWhatWaits();
    stream.steer(Updates.next(1, Updates.fps(0.1)));
    pass(5000);
    stream.steer(Updates.next(2, Updates.fps(100)));
    for (int i = 0; i < 3; i++) {
      pass(i == 0 ? 0 : 10);
    }

    assertThat(sink.dueMillis()).containsExactly(0L, 5000L, 5010L, 5020L);
  }

  @Test
  void scheduledRateActsFromItsFrameOn() {
    FrameStream stream = start();
    makeWhatWaits();
    stream.steer(Updates.from(2, 1, Updates.fps(20)));
    pass(100);
    pass(100);
    pass(50);

    assertThat(sink.dueMillis()).containsExactly(0L, 100L, 200L, 250L);
    assertThat(last().after().position(3)).isEqualTo(0.2 * 2 + 0.1);
  }

  @Test
  void aThousandChangesOfTheRateLeaveOneAlarm() {
    FrameStream stream = start();
    for (int i = 1; i <= 1000; i++) {
      stream.steer(Updates.next(i, Updates.fps(1 + i % 2)));
      clock.advance();
    }

    assertThat(clock.alarms()).isEqualTo(1);
  }

  @Test
  void rateIsPromisedBeforeItRisesAndGivenBackAfterItHasFallen() {
    most = 50;
    FrameStream stream = start();
    makeWhatWaits();

    stream.steer(Updates.next(1, Updates.fps(40)));
    assertThatThrownBy(() -> stream.steer(Updates.next(2, Updates.fps(60).then(Updates.seed(1)))))
        .isInstanceOf(RefusedException.class);
    pass(100);
    assertThat(last().origin().seed()).isEqualTo(7);
    stream.steer(Updates.next(3, Updates.fps(20)));
    assertThat(promised).containsExactly(40.0);
    pass(100);

    assertThat(promised).containsExactly(40.0, 20.0);
  }

  @Test
  void firstFrameIsDueWithTheOffset() {
    FrameStream stream =
        new FrameStream(beginning, () -> generator, queue, clock, sink, 30_000_000, fps -> {});
    clock.start(stream);
    for (int i = 0; i < 13; i++) {
      pass(10);
    }

    assertThat(sink.dueMillis()).containsExactly(30L, 130L);
  }
}
