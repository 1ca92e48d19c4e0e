package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;

/** What streams do after the whole process stood still, on a clock moved by hand. */
class StallTest {
  private static final int FPS = 20;
  private static final int PERIOD_MILLIS = 50;

  private final FakeTime time = new FakeTime();
  private final RenderQueue queue = new RenderQueue(1, 1);
  private final FrameClock clock = new FrameClock(time);
  private final Generator generator = RecordingGenerator.open(new ImageShape(1, 2, 2));
  private final List<Watched> clients = new ArrayList<>();
  private long millis;

  /** Notes when it is sent what. */
  private final class Watched extends FakeSink {
    final List<Long> sentAt = new ArrayList<>();

    @Override
    public void send(StreamFrame frame) {
      super.send(frame);
      sentAt.add(millis);
    }

    List<Long> sentSince(long begin) {
      return sentAt.stream().filter(at -> at >= begin).toList();
    }
  }

  /** Streams whose due times are spread over a period. */
  private void start(int streams, boolean waits) {
    StreamPlan plan =
        new StreamPlan(
            7, Origin.NO_LABEL, List.of(), FPS, FPS, 0, ImageFormat.of(Encoding.RAW), waits);
    StreamState state = StreamState.beginning(generator.digest(), plan);
    for (int i = 0; i < streams; i++) {
      Watched client = new Watched();
      long offset = Duration.ofMillis(PERIOD_MILLIS).toNanos() * i / streams;
      clients.add(client);
      clock.start(new FrameStream(state, () -> generator, queue, clock, client, offset, fps -> {}));
    }
  }

  private void makeWhatWaits() {
    for (List<Render> due = Taken.from(queue); !due.isEmpty(); due = Taken.from(queue)) {
      due.forEach(render -> render.client().rendered(new Rendered(ByteString.EMPTY, 0, 0, 0)));
    }
  }

  private void pass(long stood) {
    millis += stood;
    time.passMillis(stood);
  }

  private void run(int periods) {
    for (int i = 0; i < periods * PERIOD_MILLIS; i++) {
      clock.advance();
      makeWhatWaits();
      pass(1);
    }
  }

  /** As many, a period apart, from the first on. */
  private static List<Long> everyPeriodAsIn(List<Long> sentAt) {
    return LongStream.range(0, sentAt.size())
        .map(i -> sentAt.get(0) + i * PERIOD_MILLIS)
        .boxed()
        .toList();
  }

  private static List<Long> firstIndexes(int count) {
    return LongStream.range(0, count).boxed().toList();
  }

  /** The most frames in one millisecond. */
  private long mostAtOnce(long begin) {
    Map<Long, Long> frames =
        clients.stream()
            .flatMap(client -> client.sentSince(begin).stream())
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    return Collections.max(frames.values());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 2000, false",
    "1, 2013, true",
    "16, 2000, false",
    "16, 2013, false",
    "16, 2049, true"
  })
  void afterAStallStreamsGoOnAtTheirRateAndStaySpread(int streams, int stalled, boolean waits) {
    start(streams, waits);
    run(20);
    long spread = mostAtOnce(0);
    pass(stalled);
    long end = millis;
    run(20);

    for (Watched client : clients) {
      List<Long> after = client.sentSince(end);
      assertThat(after).hasSizeBetween(19, 20).isEqualTo(everyPeriodAsIn(after));
      assertThat(after.get(0) - end).isLessThanOrEqualTo(PERIOD_MILLIS);
      assertThat(client.indexes()).isEqualTo(firstIndexes(client.frames.size()));
    }
    assertThat(mostAtOnce(end)).isEqualTo(spread).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "1, false", "16, true", "16, false"})
  void framesInTheWorksAtAStallAreTheOnlyOnesExtra(int streams, boolean clockFirst) {
    start(streams, false);
    run(20);
    // All have a frame in the works.
    for (int i = 0; i < PERIOD_MILLIS; i++) {
      clock.advance();
      pass(1);
    }
    pass(2013);
    long end = millis;
    if (clockFirst) {
      clock.advance();
    }
    makeWhatWaits();
    run(20);

    for (Watched client : clients) {
      List<Long> after = client.sentSince(end);
      List<Long> paced = after.subList(1, after.size());
      assertThat(after.get(0)).isEqualTo(end);
      assertThat(paced).hasSizeBetween(19, 20).isEqualTo(everyPeriodAsIn(paced));
      assertThat(paced.get(0) - end).isLessThanOrEqualTo(PERIOD_MILLIS);
      assertThat(client.indexes()).isEqualTo(firstIndexes(client.frames.size()));
    }
  }
}
