package retort.server.schedule;

import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that make images. Each does all the work of a batch: noise, network, encoding,
 * handing over; where a batch is large and cores are free, others help to encode it. A generator's
 * memory is theirs during a batch only, so that it may go in between.
 */
public final class RenderThreads {
  private static final Logger LOG = LoggerFactory.getLogger(RenderThreads.class);

  private final RenderQueue queue;
  private final EncoderThreads encoders;
  private final List<Thread> threads = new ArrayList<>();

  /**
   * Starts the threads.
   *
   * @param count how many threads: one for each core that runs share
   * @param broken told when a thread ends by a failure, having failed what it made
   */
  public RenderThreads(RenderQueue queue, int count, Time time, UncaughtExceptionHandler broken) {
    this.queue = queue;
    encoders = new EncoderThreads(queue, count, time);
    for (int i = 0; i < count; i++) {
      RenderWork work = new RenderWork(encoders, time);
      Thread thread = new Thread(() -> run(work), "retort-render-" + i);
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler(broken);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  private void run(RenderWork work) {
    try (work) {
      for (Optional<Batch> next = queue.take(); next.isPresent(); next = queue.take()) {
        make(next.get(), work);
      }
    } catch (InterruptedException e) {
      LOG.debug("{} was told to stop", Thread.currentThread().getName());
    }
  }

  private void make(Batch batch, RenderWork work) {
    boolean made = false;
    try {
      made = batch.make(work);
    } finally {
      queue.done(batch, made);
    }
  }

  /**
   * Has what waits made; the queue takes nothing more.
   *
   * @param patience how long to wait for it, at most
   */
  public void finish(Duration patience) throws InterruptedException {
    queue.close();
    join(patience);
  }

  /** Lets each thread end after the batch in its works; what waits is not made. */
  public void takeNoMore() {
    queue.close();
    threads.forEach(Thread::interrupt);
  }

  /**
   * Stops after the batches in the works, and frees the memory; what waits is not made.
   *
   * @param patience how long to wait for the batches, at most
   * @return whether all have stopped; else a thread is still in a network, which must stay open
   */
  public boolean stop(Duration patience) {
    takeNoMore();
    try {
      join(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    boolean stopped = threads.stream().noneMatch(Thread::isAlive);
    if (stopped) {
      encoders.close();
    }
    return stopped;
  }

  private void join(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (Thread thread : threads) {
      TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, end - System.nanoTime()));
    }
  }
}
