package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.FakeGenerator;
import retort.server.RecordingGenerator;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;

/** The rules of the frame clock, on a clock moved by hand: ten frames a second. */
class FrameStreamTest {
  private static final boolean LATEST = false;
  private static final boolean BLOCK = true;

  private final FakeTime time = new FakeTime();
  private final FakeSink sink = new FakeSink();
  private final RenderQueue queue = new RenderQueue(1, 1);
  private final FrameClock clock = new FrameClock(time);
  private final Generator generator = RecordingGenerator.open(new ImageShape(1, 2, 2));

  private FrameStream start(boolean waits, long frames) {
    return start(StreamState.beginning(generator.digest(), plan(waits, frames)));
  }

  private FrameStream start(StreamState state) {
    FrameStream stream = new FrameStream(state, () -> generator, queue, clock, sink);
    clock.start(stream);
    clock.advance();
    return stream;
  }

  private static StreamPlan plan(boolean waits, long frames) {
    return new StreamPlan(
        7, Origin.NO_LABEL, List.of(), 10, 10, frames, ImageFormat.of(Encoding.RAW), waits);
  }

  private StreamState resumed(StreamPlan plan, long next) {
    return new StreamState(generator.digest(), plan, StreamState.Base.START, null, next, 3);
  }

  private void makeWhatWaits() {
    for (Render render : Taken.from(queue)) {
      render.client().rendered(new Rendered(ByteString.EMPTY, 0, 0, 0));
    }
  }

  private void pass(long millis) {
    time.passMillis(millis);
    clock.advance();
  }

  @Test
  void frameKIsDueKPeriodsAfterTheStart() {
    start(LATEST, 0);
    makeWhatWaits();
    for (int i = 0; i < 3; i++) {
      pass(99);
      makeWhatWaits();
      pass(1);
      makeWhatWaits();
    }

    assertThat(sink.indexes()).containsExactly(0L, 1L, 2L, 3L);
    assertThat(sink.dueMillis()).containsExactly(0L, 100L, 200L, 300L);
    assertThat(sink.frames)
        .extracting(frame -> frame.origin().seed())
        .containsExactly(7L, 8L, 9L, 10L);
  }

  @Test
  void framesDueWhileTheClientReadsAreNeverMadeAndCount() {
    start(LATEST, 0);
    makeWhatWaits();
    sink.ready = false;
    pass(100);
    pass(100);

    assertThat(Taken.from(queue)).isEmpty();

    sink.ready = true;
    pass(100);
    makeWhatWaits();
    assertThat(sink.indexes()).containsExactly(0L, 3L);
    assertThat(sink.frames.get(1).after().dropped()).isEqualTo(2);
  }

  @Test
  void frameIsDroppedWhileTheOneBeforeIsInTheWorks() {
    start(LATEST, 0);
    pass(100);
    makeWhatWaits();
    pass(100);
    makeWhatWaits();

    assertThat(sink.indexes()).containsExactly(0L, 2L);
    assertThat(sink.frames.get(1).after().dropped()).isEqualTo(1);
  }

  @Test
  void requestsThatWaitCostNoFrame() {
    Render.Client asker = new SilentClient();
    queue.offer(
        List.of(
            Render.request(
                generator, Origin.of(1, -1), ImageFormat.of(Encoding.RAW), time.nanos(), asker)));
    start(LATEST, 0);
    makeWhatWaits();
    pass(100);
    makeWhatWaits();

    assertThat(sink.indexes()).containsExactly(0L, 1L);
  }

  private static final class SilentClient implements Render.Client {
    @Override
    public boolean gone() {
      return false;
    }

    @Override
    public void rendered(Rendered image) {}

    @Override
    public void failed(RuntimeException reason) {}
  }

  @Test
  void stallUsesUpNoIndexAndCausesNoBurst() {
    start(LATEST, 0);
    makeWhatWaits();
    pass(1050);
    makeWhatWaits();
    pass(50);
    makeWhatWaits();
    pass(90);
    makeWhatWaits();
    pass(10);
    makeWhatWaits();

    assertThat(sink.indexes()).containsExactly(0L, 1L, 2L);
    assertThat(sink.dueMillis()).containsExactly(0L, 1100L, 1200L);
    assertThat(sink.frames.get(2).after().dropped()).isZero();
  }

  @Test
  void delayOfLessThanAPeriodDoesNotShiftTheClock() {
    start(LATEST, 0);
    makeWhatWaits();
    pass(160);
    makeWhatWaits();
    pass(40);
    makeWhatWaits();

    assertThat(sink.indexes()).containsExactly(0L, 1L, 2L);
    assertThat(sink.dueMillis()).containsExactly(0L, 100L, 200L);
  }

  @Test
  void clockThatWaitsGoesOnWhenTheClientHasRead() {
    FrameStream stream = start(BLOCK, 0);
    makeWhatWaits();
    sink.ready = false;
    pass(100);
    pass(400);

    assertThat(Taken.from(queue)).isEmpty();

    sink.ready = true;
    stream.wake();
    clock.advance();
    makeWhatWaits();
    pass(100);
    makeWhatWaits();
    assertThat(sink.indexes()).containsExactly(0L, 1L, 2L);
    assertThat(sink.dueMillis()).containsExactly(0L, 500L, 600L);
    assertThat(sink.frames.get(2).after().dropped()).isZero();
  }

  @Test
  void clockThatWaitsGoesOnWhenTheFrameInTheWorksIsDone() {
    start(BLOCK, 0);
    pass(100);
    time.passMillis(50);
    makeWhatWaits();
    clock.advance();
    makeWhatWaits();

    assertThat(sink.indexes()).containsExactly(0L, 1L);
    assertThat(sink.dueMillis()).containsExactly(0L, 150L);
  }

  @Test
  void frameCountEndsTheStreamDroppedOnesIncluded() {
    start(LATEST, 3);
    makeWhatWaits();
    sink.ready = false;
    pass(100);
    sink.ready = true;
    pass(100);

    assertThat(sink.ended).isFalse();

    makeWhatWaits();
    pass(100);
    assertThat(sink.indexes()).containsExactly(0L, 2L);
    assertThat(sink.ended).isTrue();
    assertThat(clock.streams()).isZero();
  }

  @Test
  void cancelledStreamIsNotMadeAnyMore() {
    FrameStream stream = start(LATEST, 0);

    stream.cancel();

    assertThat(Taken.from(queue)).isEmpty();
    assertThat(clock.streams()).isZero();
    pass(1000);
    assertThat(Taken.from(queue)).isEmpty();
    assertThat(sink.ended).isFalse();
  }

  @Test
  void streamCancelledBeforeItsStartIsForgotten() {
    FrameStream stream =
        new FrameStream(
            StreamState.beginning(generator.digest(), plan(LATEST, 0)),
            () -> generator,
            queue,
            clock,
            sink);
    stream.cancel();
    clock.start(stream);

    assertThat(clock.advance()).isEmpty();
    assertThat(clock.streams()).isZero();
  }

  @Test
  void stoppedStreamDeliversTheFrameInTheWorksFirst() {
    start(LATEST, 0);

    clock.stopAll(new IllegalStateException("draining"));

    assertThat(sink.failure).isEmpty();
    makeWhatWaits();
    assertThat(sink.indexes()).containsExactly(0L);
    assertThat(sink.failure).get().hasToString("java.lang.IllegalStateException: draining");
    pass(1000);
    assertThat(Taken.from(queue)).isEmpty();
  }

  @Test
  void frameThatCannotBeMadeEndsTheStream() {
    start(LATEST, 0);

    Taken.from(queue)
        .forEach(render -> render.client().failed(new IllegalStateException("broken")));

    assertThat(sink.failure).isPresent();
    assertThat(clock.streams()).isZero();
  }

  @Test
  void lastFrameThatCannotBeMadeIsNoNormalEnd() {
    start(LATEST, 1);

    Taken.from(queue)
        .forEach(render -> render.client().failed(new IllegalStateException("broken")));

    assertThat(sink.ended).isFalse();
    assertThat(sink.failure).get().hasToString("java.lang.IllegalStateException: broken");
  }

  @Test
  void drainDoesNotOverrideANormalEnd() {
    start(LATEST, 1);

    clock.stopAll(new IllegalStateException("draining"));
    makeWhatWaits();

    assertThat(sink.ended).isTrue();
    assertThat(sink.failure).isEmpty();
  }

  @Test
  void resumedStreamGoesOnWithTheNextIndexAndCountsFromItsOwnStart() {
    start(resumed(plan(LATEST, 0), 40));
    makeWhatWaits();
    pass(100);
    makeWhatWaits();

    assertThat(sink.indexes()).containsExactly(40L, 41L);
    assertThat(sink.dueMillis()).containsExactly(0L, 100L);
    assertThat(sink.frames.get(1).origin().seed()).isEqualTo(7 + 41);
    assertThat(sink.frames.get(1).after()).isEqualTo(resumed(plan(LATEST, 0), 42));
  }

  @Test
  void resumedStreamWithNothingLeftEndsAtOnce() {
    start(resumed(plan(LATEST, 40), 40));

    assertThat(sink.frames).isEmpty();
    assertThat(sink.ended).isTrue();
  }

  @Test
  void frameIsOfTheGeneratorThatThereIsWhenItIsDue() {
    AtomicReference<Generator> newest = new AtomicReference<>(generator);
    FrameStream stream =
        new FrameStream(
            StreamState.beginning(generator.digest(), plan(LATEST, 0)),
            newest::get,
            queue,
            clock,
            sink);
    clock.start(stream);
    clock.advance();
    FakeGenerator next = FakeGenerator.of("next");
    newest.set(next);
    assertThat(stream.generator()).isSameAs(generator);
    makeWhatWaits();
    pass(100);

    List<Render> due = Taken.from(queue);
    due.forEach(render -> render.client().rendered(new Rendered(ByteString.EMPTY, 0, 0, 0)));

    assertThat(due).extracting(Render::generator).containsExactly(next);
    assertThat(sink.indexes()).containsExactly(0L, 1L);
    assertThat(sink.frames)
        .extracting(frame -> frame.after().digest())
        .containsExactly(generator.digest(), "next");
  }
}
