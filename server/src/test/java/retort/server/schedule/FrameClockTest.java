package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;

/** What the clock owes to all streams together. */
class FrameClockTest {
  private final FakeTime time = new FakeTime();
  private final RenderQueue queue = new RenderQueue(1, 1);
  private final FrameClock clock = new FrameClock(time);
  private final Generator generator = RecordingGenerator.open(new ImageShape(1, 2, 2));

  private final StreamState state =
      StreamState.beginning(
          generator.digest(),
          new StreamPlan(
              7, Origin.NO_LABEL, List.of(), 10, 10, 0, ImageFormat.of(Encoding.RAW), false));

  @Test
  void alarmsOfCancelledStreamsAreRemovedBeforeTheyAreDue() {
    for (int i = 0; i < 1000; i++) {
      FrameStream stream = new FrameStream(state, () -> generator, queue, clock, new FakeSink());
      clock.start(stream);
      clock.advance();
      stream.cancel();
    }

    assertThat(clock.alarms()).isLessThan(100);
  }

  @Test
  void errorInTheClockIsTold() throws Exception {
    CompletableFuture<Throwable> told = new CompletableFuture<>();
    FrameSink broken =
        new FakeSink() {
          @Override
          public boolean ready() {
            throw new OutOfMemoryError("of the test");
          }
        };

    try (FrameClock running = FrameClock.running(time, (thread, e) -> told.complete(e))) {
      running.start(new FrameStream(state, () -> generator, queue, running, broken));

      assertThat(told.get(10, TimeUnit.SECONDS)).hasMessage("of the test");
    }
  }
}
