package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.server.generator.Generator;

/** What streams show that change while they run. */
class SteeredStreamTest extends SteeredStream {
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
