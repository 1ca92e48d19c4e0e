package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import retort.server.RecordingGenerator;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;

/**
 * A machine that became slower than it was when its streams were accepted: 18 of 20 frames a second
 * need 54 ms of 50 at 3 ms a frame. On a clock moved by hand.
 */
class OverloadTest {
  private static final int STREAMS = 18;
  private static final int PERIOD_MILLIS = 50;
  private static final int RUN_MILLIS = 3;
  private static final int PERIODS = 200;

  private final FakeTime time = new FakeTime();
  private final RenderQueue queue = new RenderQueue(64, 1, 1, time);
  private final FrameClock clock = new FrameClock(time);
  private final Generator generator =
      RecordingGenerator.costing(Duration.ofMillis(RUN_MILLIS).toNanos());
  private final List<Watched> clients = new ArrayList<>();
  private long millis;

  /** Notes how late its frames are. */
  private final class Watched extends FakeSink {
    private final long offset;
    final List<Long> late = new ArrayList<>();

    Watched(long offset) {
      this.offset = offset;
    }

    @Override
    public void send(StreamFrame frame) {
      super.send(frame);
      late.add(millis - offset - frame.index() * PERIOD_MILLIS);
    }
  }

  private void start(boolean waits) {
    StreamPlan plan =
        new StreamPlan(
            7, Origin.NO_LABEL, List.of(), 20, 20, 0, ImageFormat.of(Encoding.RAW), waits);
    StreamState state = StreamState.beginning(generator.digest(), plan);
    for (int i = 0; i < STREAMS; i++) {
      long offset = (long) PERIOD_MILLIS * i / STREAMS;
      Watched client = new Watched(offset);
      clients.add(client);
      long nanos = Duration.ofMillis(offset).toNanos();
      clock.start(new FrameStream(state, () -> generator, queue, clock, client, nanos, fps -> {}));
    }
  }

  /** One core, which makes a frame in three milliseconds. */
  private void run() {
    @Nullable Batch batch = null;
    long ends = 0;
    while (millis < (long) PERIODS * PERIOD_MILLIS) {
      clock.advance();
      if (batch != null && millis == ends) {
        Render render = (Render) batch.works().get(0);
        queue.done(batch, false);
        render.client().rendered(new Rendered(ByteString.EMPTY, 0, 0, 0));
        clock.advance();
        batch = null;
      }
      if (batch == null) {
        batch = queue.poll();
        ends = millis + RUN_MILLIS;
      }
      millis++;
      time.passMillis(1);
    }
  }

  private LongStream late() {
    return clients.stream().flatMapToLong(client -> client.late.stream().mapToLong(late -> late));
  }

  @Test
  void onlyAsManyFramesAreLostAsCannotBeMade() {
    start(false);
    run();

    long due = (long) STREAMS * PERIODS;
    long onTime = late().filter(late -> late <= PERIOD_MILLIS / 2).count();
    assertThat(onTime / (double) due).isGreaterThan(0.9);
    assertThat(late().max().orElseThrow()).isLessThanOrEqualTo(PERIOD_MILLIS / 2 + RUN_MILLIS);
  }

  @Test
  void noStreamLosesMoreThanEverySecondFrame() {
    start(false);
    run();

    assertThat(clients)
        .allSatisfy(client -> assertThat(client.frames).hasSizeGreaterThanOrEqualTo(PERIODS / 2));
  }

  @Test
  void streamsThatWaitLoseNothing() {
    start(true);
    run();

    assertThat(clients)
        .allSatisfy(
            client ->
                assertThat(client.indexes())
                    .isEqualTo(LongStream.range(0, client.frames.size()).boxed().toList()));
  }
}
