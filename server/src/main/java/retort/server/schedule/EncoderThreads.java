package retort.server.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import retort.server.schedule.Finisher.Unfinished;

/**
 * Helps a thread that has a batch to encode, on cores that are free at the moment; so there are
 * never more threads at work than cores, and nothing waits for a helper.
 */
final class EncoderThreads implements AutoCloseable {
  /** Of waking a thread, twice: less than that is sooner done than handed over. */
  private static final long WORTHWHILE_NANOS = 100_000;

  private static final long KEPT_SECONDS = 60;

  private final RenderQueue queue;
  private final Time time;
  private final ThreadPoolExecutor threads;
  private final Queue<Finisher> idle = new ConcurrentLinkedQueue<>();

  EncoderThreads(RenderQueue queue, int cores, Time time) {
    this.queue = queue;
    this.time = time;
    threads =
        new ThreadPoolExecutor(
            cores,
            cores,
            KEPT_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "retort-encode");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /** Finishes all images by the thread that asks, and by others if that is worth it. */
  void finish(Unfinished images, Finisher own) {
    long begun = time.nanos();
    own.one(images);
    int left = images.left();
    if (left == 0) {
      return;
    }
    // Images of a batch cost much the same.
    boolean worthwhile = left * (time.nanos() - begun) > WORTHWHILE_NANOS;
    List<Future<?>> helpers = new ArrayList<>();
    for (int cores = worthwhile ? queue.takeCores(left) : 0; cores > 0; cores--) {
      helpers.add(threads.submit(() -> help(images)));
    }
    try {
      own.all(images);
    } finally {
      // The lane is theirs too, until they are done.
      helpers.forEach(EncoderThreads::await);
    }
  }

  private void help(Unfinished images) {
    try {
      Finisher kept = idle.poll();
      Finisher finisher = kept != null ? kept : new Finisher(time);
      try {
        finisher.all(images);
      } finally {
        idle.add(finisher);
      }
    } finally {
      queue.giveBackCore();
    }
  }

  private static void await(Future<?> helper) {
    boolean interrupted = false;
    boolean done = false;
    while (!done) {
      try {
        helper.get();
        done = true;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        Finisher.throwErrors(e.getCause());
        throw new IllegalStateException("a helper has failed", e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Frees the memory; called when nobody asks for help any more. */
  @Override
  public void close() {
    threads.shutdown();
    for (Finisher finisher = idle.poll(); finisher != null; finisher = idle.poll()) {
      finisher.close();
    }
  }
}
