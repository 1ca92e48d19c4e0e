package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

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

  private static List<Long> seeds(List<Render> renders) {
    return renders.stream().map(render -> render.origin().seed()).toList();
  }

  @Test
  void framesGoBeforeRequestsAndTheOldestDueFirst() {
    RenderQueue queue = new RenderQueue(8, 1);
    queue.offer(List.of(request(1, 10), request(2, 5)));
    queue.offer(List.of(render(generator, 3, Long.MAX_VALUE, true)));
    queue.offer(List.of(render(generator, 4, Long.MIN_VALUE, true)));

    assertThat(seeds(queue.poll())).containsExactly(3L, 4L, 2L, 1L);
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
    assertThat(seeds(queue.take())).containsExactly(1L);
    assertThat(queue.take()).isEmpty();
  }
}
