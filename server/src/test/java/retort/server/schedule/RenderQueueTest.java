package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import retort.server.RecordingGenerator;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;

class RenderQueueTest {
  private static final class Client implements Render.Client {
    boolean gone;

    @Override
    public boolean gone() {
      return gone;
    }

    @Override
    public void rendered(Rendered image) {}

    @Override
    public void failed(RuntimeException reason) {}
  }

  private final Generator generator = RecordingGenerator.shut(4);
  private final Client client = new Client();

  private Render request(long seed, long due) {
    return render(generator, seed, due, false);
  }

  private Render render(Generator by, long seed, long due, boolean paced) {
    return new Render(by, Origin.of(seed, Origin.NO_LABEL), Encoding.RAW, due, paced, client);
  }

  private Render frame(long seed, long due) {
    return render(generator, seed, due, true);
  }

  private static List<Long> seeds(List<Render> renders) {
    return renders.stream().map(render -> render.origin().seed()).toList();
  }

  @Test
  void theOldestDueGoesFirst() {
    RenderQueue queue = new RenderQueue(8, 1);
    queue.offer(List.of(request(1, 10), request(2, 5)));
    queue.offer(frame(4, 7));
    queue.offer(frame(3, -7));

    assertThat(seeds(queue.poll())).containsExactly(3L, 4L, 2L, 1L);
  }

  @Test
  void dueTimesMayWrapAround() {
    RenderQueue queue = new RenderQueue(8, 1);
    queue.offer(frame(4, Long.MIN_VALUE));
    queue.offer(frame(3, Long.MAX_VALUE));

    assertThat(seeds(queue.poll())).containsExactly(3L, 4L);
  }

  @Test
  void requestYieldsToFramesForAQuarterOfASecondOnly() {
    RenderQueue queue = new RenderQueue(8, 4);
    queue.offer(List.of(request(1, 0)));
    queue.offer(frame(2, millis(249)));
    queue.offer(frame(3, millis(251)));

    assertThat(seeds(queue.poll())).containsExactly(2L);
    assertThat(seeds(queue.poll())).containsExactly(1L);
    assertThat(seeds(queue.poll())).containsExactly(3L);
  }

  @Test
  void framesAndOverdueRequestsTakeTurns() {
    RenderQueue queue = new RenderQueue(8, 8);
    queue.offer(List.of(request(1, 0), request(2, 0), request(3, 0)));
    queue.offer(frame(11, millis(2000)));
    queue.offer(frame(12, millis(2001)));
    List<Long> order = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      order.addAll(seeds(queue.poll()));
    }

    assertThat(order).containsExactly(1L, 11L, 2L, 12L, 3L);
  }

  @Test
  void requestsTakeNoPlaceFromFrames() {
    RenderQueue queue = new RenderQueue(1, 1);
    queue.offer(List.of(request(1, 0)));

    assertThat(queue.offer(frame(2, 0))).isTrue();
    assertThat(queue.offer(frame(3, 0))).isTrue();
    assertThat(queue.offer(List.of(request(4, 0)))).isFalse();
    assertThat(seeds(queue.poll())).containsExactly(2L, 3L, 1L);
  }

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  @Test
  void requestEntersWholeOrNotAtAll() {
    RenderQueue queue = new RenderQueue(3, 1);

    assertThat(queue.offer(List.of(request(1, 0), request(2, 0)))).isTrue();
    assertThat(queue.offer(List.of(request(3, 0), request(4, 0)))).isFalse();
    assertThat(queue.offer(List.of(request(5, 0)))).isTrue();
    assertThat(seeds(queue.poll())).containsExactly(1L, 2L, 5L);
  }

  @Test
  void whoIsGoneGivesUpItsPlace() {
    RenderQueue queue = new RenderQueue(2, 1);
    Client cancelled = new Client();
    queue.offer(
        LongStream.range(0, 2)
            .mapToObj(
                seed ->
                    new Render(generator, Origin.of(seed, -1), Encoding.RAW, 0, false, cancelled))
            .toList());
    assertThat(queue.offer(List.of(request(7, 0)))).isFalse();

    cancelled.gone = true;

    assertThat(queue.offer(List.of(request(7, 0), request(8, 0)))).isTrue();
    assertThat(seeds(queue.poll())).containsExactly(7L, 8L);
  }

  @Test
  void batchIsOfOneGeneratorAndNoLargerThanItTakes() {
    RenderQueue queue = new RenderQueue(16, 1);
    Generator other = RecordingGenerator.shut(2);
    queue.offer(List.of(request(1, 0), render(other, 2, 0, false), request(3, 0)));
    queue.offer(LongStream.range(4, 8).mapToObj(seed -> request(seed, 0)).toList());

    assertThat(seeds(queue.poll())).containsExactly(1L, 3L, 4L, 5L);
    assertThat(seeds(queue.poll())).containsExactly(2L);
    assertThat(seeds(queue.poll())).containsExactly(6L, 7L);
  }

  @Test
  void threadsShareWhatWaits() {
    RenderQueue queue = new RenderQueue(16, 2);
    queue.offer(LongStream.range(0, 4).mapToObj(seed -> request(seed, 0)).toList());

    assertThat(seeds(queue.poll())).containsExactly(0L, 1L);
    assertThat(seeds(queue.poll())).containsExactly(2L);
    assertThat(seeds(queue.poll())).containsExactly(3L);
  }

  @Test
  void closedQueueGivesOutWhatItHoldsAndTakesNothing() throws InterruptedException {
    RenderQueue queue = new RenderQueue(16, 1);
    queue.offer(List.of(request(1, 0)));
    queue.close();

    assertThat(queue.offer(List.of(request(2, 0)))).isFalse();
    assertThat(queue.offer(frame(3, 0))).isFalse();
    assertThat(seeds(queue.take())).containsExactly(1L);
    assertThat(queue.take()).isEmpty();
  }
}
