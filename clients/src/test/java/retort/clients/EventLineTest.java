package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLineTest {
  private final ClientThreads threads = ClientThreads.start();
  private final BlockingQueue<Throwable> crashes = new LinkedBlockingQueue<>();
  private final EventLine line = new EventLine(threads, crashes::add);

  @AfterEach
  void closeThreads() {
    threads.close();
  }

  @Test
  void aCallerIsNotKeptByAListenerThatTakesItsTime() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    CompletableFuture<Thread> ran = new CompletableFuture<>();

    line.later(
        () -> {
          try {
            asked.await();
            ran.complete(Thread.currentThread());
          } catch (InterruptedException e) {
            ran.completeExceptionally(e);
          }
        });
    line.later(() -> {});
    asked.countDown();

    assertThat(ran.join()).isNotSameAs(Thread.currentThread());
  }

  @Test
  void theTimerIsNotKeptEither() {
    CompletableFuture<String> ran = new CompletableFuture<>();

    assertThat(line.after(1, () -> ran.complete(Thread.currentThread().getName()))).isNotNull();

    assertThat(ran.join()).isEqualTo("retort-client-worker");
  }

  @Test
  void eventsKeepTheirOrderWhoeverBringsThem() {
    List<Integer> order = new ArrayList<>();
    CompletableFuture<List<Integer>> all = new CompletableFuture<>();

    IntStream.range(0, 1000)
        .forEach(
            i -> {
              if (i % 2 == 0) {
                line.later(() -> order.add(i));
              } else {
                line.now(() -> order.add(i));
              }
            });
    line.later(() -> all.complete(order));

    assertThat(all.join()).isSorted().hasSize(1000);
  }

  @Test
  void whatAnEventSaysComesAfterItOnItsThread() {
    List<String> order = new ArrayList<>();

    line.now(
        () -> {
          line.later(() -> order.add("said on " + Thread.currentThread().getName()));
          order.add("event");
        });

    assertThat(order).containsExactly("event", "said on " + Thread.currentThread().getName());
  }

  @Test
  void onceTheThreadsAreGoneTheCallerRunsItsOwn() {
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    threads.close();

    line.later(() -> ran.complete(Thread.currentThread()));

    assertThat(ran).isCompletedWithValue(Thread.currentThread());
  }

  @Test
  void whatAnEventThrowsIsTold() throws InterruptedException {
    line.later(
        () -> {
          throw new IllegalStateException("a fault");
        });

    assertThat(crashes.take()).hasMessage("a fault");
  }
}
