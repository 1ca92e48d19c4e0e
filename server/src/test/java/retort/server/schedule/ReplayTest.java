package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;

class ReplayTest {
  private final FakeTime time = new FakeTime();
  private final FakeSink sink = new FakeSink();
  private final RenderQueue queue = new RenderQueue(3, 1);
  private final FrameClock clock = new FrameClock(time);
  private final Generator generator = RecordingGenerator.open(new ImageShape(1, 2, 2));

  private StreamState beginning(long frames) {
    return StreamState.beginning(
        generator.digest(),
        new StreamPlan(
            7, Origin.NO_LABEL, List.of(), 10, 10, frames, ImageFormat.of(Encoding.RAW), false));
  }

  private Replay start(UpdateLog log, long first, long count) {
    Replay replay = new Replay(log, first, count, generator, queue, clock, sink);
    clock.start(replay);
    clock.advance();
    return replay;
  }

  /** Takes all that waits. */
  private List<Render> taken() {
    List<Render> all = new ArrayList<>();
    for (List<Render> some = Taken.from(queue); !some.isEmpty(); some = Taken.from(queue)) {
      all.addAll(some);
    }
    return all;
  }

  private static void make(Render render) {
    render.client().rendered(new Rendered(ByteString.EMPTY, 0, 0, 0));
  }

  private void makeAll() {
    for (List<Render> some = taken(); !some.isEmpty(); some = taken()) {
      some.forEach(ReplayTest::make);
    }
  }

  @Test
  void framesComeFromAnyIndexWithTheUpdatesBeforeIt() {
    UpdateLog log =
        new UpdateLog(
            beginning(0),
            List.of(
                new UpdateLog.Entry(3, 1, Updates.seed(100)),
                new UpdateLog.Entry(3, 2, Updates.speed(20)),
                new UpdateLog.Entry(6, 3, Updates.label(2))));
    start(log, 5, 3);
    makeAll();

    assertThat(sink.indexes()).containsExactly(5L, 6L, 7L);
    assertThat(sink.frames)
        .extracting(StreamFrame::origin)
        .containsExactly(Origin.of(104, -1), Origin.of(106, 2), Origin.of(108, 2));
    assertThat(sink.frames).extracting(frame -> frame.told().applied()).containsExactly(0L, 3L, 0L);
    assertThat(sink.ended).isTrue();
    assertThat(clock.streams()).isZero();
  }

  @Test
  void framesThatAreMadeOutOfTurnAreSentInTurn() {
    start(new UpdateLog(beginning(0), List.of()), 0, 3);
    List<Render> waiting = taken();
    Collections.reverse(waiting);
    waiting.forEach(ReplayTest::make);
    makeAll();

    assertThat(sink.indexes()).containsExactly(0L, 1L, 2L);
    assertThat(sink.ended).isTrue();
  }

  @Test
  void nothingMoreIsAskedForWhileTheClientReads() {
    Replay replay = start(new UpdateLog(beginning(0), List.of()), 0, 100);
    sink.ready = false;
    makeAll();

    assertThat(sink.frames).hasSizeLessThanOrEqualTo(Replay.WINDOW);

    sink.ready = true;
    replay.wake();
    makeAll();
    assertThat(sink.frames).hasSize(100);
  }

  @Test
  void fullQueueIsAskedAgainLater() {
    Render other =
        Render.request(
            generator,
            Origin.of(1, -1),
            ImageFormat.of(Encoding.RAW),
            0,
            new Render.Client() {
              @Override
              public boolean gone() {
                return false;
              }

              @Override
              public void rendered(Rendered image) {}

              @Override
              public void failed(RuntimeException reason) {}
            });
    queue.offer(List.of(other, other, other));
    start(new UpdateLog(beginning(0), List.of(new UpdateLog.Entry(0, 9, Updates.seed(1)))), 0, 2);
    makeAll();
    assertThat(sink.frames).isEmpty();

    time.passMillis(20);
    clock.advance();
    makeAll();
    assertThat(sink.indexes()).containsExactly(0L, 1L);
    assertThat(sink.frames.get(0).told().applied()).isEqualTo(9);
  }

  @Test
  void replayEndsWhereTheStreamDoes() {
    start(new UpdateLog(beginning(4), List.of()), 2, 100);
    makeAll();

    assertThat(sink.indexes()).containsExactly(2L, 3L);
    assertThat(sink.ended).isTrue();
  }

  @Test
  void replayOfNothingEndsAtOnce() {
    start(new UpdateLog(beginning(4), List.of()), 4, 100);

    assertThat(sink.ended).isTrue();
  }

  @Test
  void frameThatCannotBeMadeEndsTheReplay() {
    start(new UpdateLog(beginning(0), List.of()), 0, 9);

    taken().forEach(render -> render.client().failed(new IllegalStateException("broken")));

    assertThat(sink.failure).get().hasToString("java.lang.IllegalStateException: broken");
    assertThat(clock.streams()).isZero();
  }

  @Test
  void cancelledReplayAsksForNothing() {
    Replay replay = start(new UpdateLog(beginning(0), List.of()), 0, 9);

    replay.cancel();

    assertThat(taken()).isEmpty();
    assertThat(clock.streams()).isZero();
  }
}
