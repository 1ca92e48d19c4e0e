package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;

/** Streams that change while they run, on a clock moved by hand: ten frames a second. */
class SteeredStreamTest {
  private final FakeTime time = new FakeTime();
  private final FakeSink sink = new FakeSink();
  private final RenderQueue queue = new RenderQueue(1, 1);
  private final FrameClock clock = new FrameClock(time);
  private final Generator generator = RecordingGenerator.open(new ImageShape(1, 2, 2));
  private final StreamState beginning =
      StreamState.beginning(
          generator.digest(),
          new StreamPlan(
              7, Origin.NO_LABEL, List.of(), 2, 10, 0, ImageFormat.of(Encoding.RAW), false));
  private final List<Double> promised = new ArrayList<>();
  private double most = 240;

  private FrameStream start() {
    FrameStream stream =
        new FrameStream(beginning, () -> generator, queue, clock, sink, 0, this::promise);
    clock.start(stream);
    clock.advance();
    return stream;
  }

  private void promise(double fps) {
    if (fps > most) {
      throw new RefusedException(RefusedException.Reason.BUSY, "too many");
    }
    promised.add(fps);
  }

  private void makeWhatWaits() {
    for (Render render : Taken.from(queue)) {
      render.client().rendered(new Rendered(ByteString.EMPTY, 0, 0, 0));
    }
  }

  private void pass(long millis) {
    time.passMillis(millis);
    clock.advance();
    makeWhatWaits();
  }

  private StreamFrame last() {
    return sink.frames.get(sink.frames.size() - 1);
  }

  private List<Long> applied() {
    return sink.frames.stream().map(frame -> frame.told().applied()).toList();
  }

  @Test
  void changeIsShownAndAcknowledgedOnTheNextFrame() {
    FrameStream stream = start();
    makeWhatWaits();
    stream.steer(Updates.next(5, Updates.seed(50)));
    pass(100);
    pass(100);

    assertThat(applied()).containsExactly(0L, 5L, 0L);
    assertThat(sink.frames.get(0).origin().seed()).isEqualTo(7);
    assertThat(sink.frames.get(1).origin().seed()).isEqualTo(50);
  }

  @Test
  void theLastOfAThousandRapidUpdatesIsNeverLost() {
    FrameStream stream = start();
    for (int i = 1; i <= 1000; i++) {
      stream.steer(Updates.next(i, i % 3 == 0 ? Updates.label(i) : Updates.seed(i)));
    }
    makeWhatWaits();
    pass(100);

    assertThat(last().told().applied()).isEqualTo(1000);
    assertThat(last().origin().seed()).isEqualTo(1000);
    assertThat(last().origin().label()).isEqualTo(999);
  }

  @Test
  void updateWaitsForTheFirstFrameThatIsMade() {
    FrameStream stream = start();
    makeWhatWaits();
    sink.ready = false;
    stream.steer(Updates.next(1, Updates.speed(0)));
    pass(100);
    pass(100);
    sink.ready = true;
    pass(100);

    assertThat(last().index()).isEqualTo(3);
    assertThat(last().told().applied()).isEqualTo(1);
    // Dropped frames went on at the old speed, so that a log with (3, update) makes the same.
    assertThat(last().after().position(4)).isEqualTo(beginning.position(3));
  }

  @Test
  void scheduledUpdateBindsToItsFrameMadeOrDropped() {
    FrameStream stream = start();
    makeWhatWaits();
    stream.steer(Updates.from(2, 1, Updates.speed(0)));
    sink.ready = false;
    pass(100);
    pass(100);
    sink.ready = true;
    pass(100);

    assertThat(last().index()).isEqualTo(3);
    assertThat(last().told()).isEqualTo(new Acknowledgement(1, List.of(), List.of()));
    assertThat(last().after().position(3)).isEqualTo(beginning.position(2));
  }

  @Test
  void scheduledUpdateThatComesTooLateBindsToTheNextFrameAndIsNamed() {
    FrameStream stream = start();
    makeWhatWaits();
    pass(100);
    stream.steer(Updates.from(1, 1, Updates.seed(50)));
    pass(100);

    assertThat(last().told()).isEqualTo(new Acknowledgement(1, List.of(1L), List.of()));
    assertThat(last().origin().seed()).isEqualTo(50);
  }

  @Test
  void onOneFrameTheUpdateThatWasSentLastWins() {
    FrameStream stream = start();
    makeWhatWaits();
    stream.steer(Updates.next(1, Updates.seed(10)));
    stream.steer(Updates.from(1, 2, Updates.seed(20)));
    pass(100);

    assertThat(last().origin().seed()).isEqualTo(20);
    assertThat(last().told().applied()).isEqualTo(2);
  }

  @Test
  void sixtyFourScheduledUpdatesWaitAndNoMore() {
    FrameStream stream = start();
    for (int i = 1; i <= 64; i++) {
      stream.steer(Updates.from(1000, i, Updates.seed(i)));
      stream.steer(Updates.next(100 + i, Updates.label(i)));
    }

    assertThatThrownBy(() -> stream.steer(Updates.from(9, 999, Updates.seed(9))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("64 updates wait");
    stream.steer(Updates.next(1000, Updates.seed(4)));
    makeWhatWaits();
    pass(100);
    assertThat(last().origin().seed()).isEqualTo(4);
  }

  @Test
  void theNewestSixteenRejectionsAreTold() {
    FrameStream stream = start();
    for (int i = 1; i <= 20; i++) {
      stream.reject(i, "wrong " + i);
    }
    makeWhatWaits();
    pass(100);
    pass(100);

    assertThat(sink.frames.get(1).told().rejected())
        .hasSize(16)
        .startsWith(new RejectedUpdate(5, "wrong 5"))
        .endsWith(new RejectedUpdate(20, "wrong 20"));
    assertThat(last().told()).isEqualTo(Acknowledgement.NONE);
  }

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
  void streamMovesToTheModelThatIsHeldByThen() {
    RecordingGenerator other = RecordingGenerator.open(new ImageShape(1, 2, 2), "cd".repeat(32));
    List<Generator> held = new ArrayList<>(List.of(generator));
    FrameStream stream = new FrameStream(beginning, () -> held.get(0), queue, clock, sink);
    clock.start(stream);
    clock.advance();
    makeWhatWaits();
    held.set(0, other);
    pass(100);

    assertThat(sink.frames)
        .extracting(frame -> frame.after().digest())
        .containsExactly(generator.digest(), other.digest());
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

  @Test
  void theLogOfWhatFramesToldMakesTheSameFrames() {
    Random random = new Random(7);
    FrameStream stream = start();
    List<Steering> sent = new ArrayList<>();
    for (int id = 1; id <= 300; id++) {
      StreamUpdate update =
          switch (random.nextInt(5)) {
            case 0 -> Updates.seed(random.nextInt(1000));
            case 1 -> Updates.label(random.nextInt(10));
            case 2 -> Updates.speed(random.nextInt(240));
            case 3 -> Updates.fps(5 + random.nextInt(20));
            default ->
                Updates.seed(random.nextInt(1000)).then(Updates.transition(random.nextInt(20)));
          };
      Steering steering =
          random.nextInt(4) == 0
              ? Updates.from(random.nextInt(150), id, update)
              : Updates.next(id, update);
      stream.steer(steering);
      sent.add(steering);
      sink.ready = random.nextInt(3) > 0;
      pass(random.nextInt(100));
    }
    sink.ready = true;
    for (int i = 0; i < 200; i++) {
      pass(200);
    }

    List<UpdateLog.Entry> log = FrameLog.of(sent, sink.frames);
    UpdateLog replayed = new UpdateLog(beginning, log);
    assertThat(log).hasSize(300);
    for (StreamFrame frame : sink.frames) {
      assertThat(replayed.at(frame.index()).origin(frame.index())).isEqualTo(frame.origin());
    }
    assertThat(last().after().dropped()).isPositive();
  }
}
