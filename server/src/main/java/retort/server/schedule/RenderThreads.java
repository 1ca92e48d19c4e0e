package retort.server.schedule;

import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.server.generator.Generator;

/**
 * The threads that make images. Each does all the work of an image: noise, network, encoding,
 * handing over. The owner stops them before it closes the generators.
 */
public final class RenderThreads {
  private static final Logger LOG = LoggerFactory.getLogger(RenderThreads.class);

  private final RenderQueue queue;
  private final List<Thread> threads = new ArrayList<>();

  /**
   * Starts the threads.
   *
   * @param generators those whose images may be asked for
   * @param count how many threads
   * @param broken told when a thread ends by a failure, having failed what it made
   */
  public RenderThreads(
      RenderQueue queue,
      List<Generator> generators,
      int count,
      Time time,
      UncaughtExceptionHandler broken) {
    this.queue = queue;
    for (int i = 0; i < count; i++) {
      RenderWork work = new RenderWork(generators, time);
      Thread thread = new Thread(() -> run(work), "retort-render-" + i);
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler(broken);
      threads.add(thread);
    }
    threads.forEach(Thread::start);
  }

  private void run(RenderWork work) {
    try (work) {
      for (List<Render> batch = queue.take(); !batch.isEmpty(); batch = queue.take()) {
        work.render(batch);
      }
    } catch (InterruptedException e) {
      LOG.debug("{} was told to stop", Thread.currentThread().getName());
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

  /**
   * Stops after the batches in the works, and frees the memory; what waits is not made.
   *
   * @param patience how long to wait for the batches, at most
   * @return whether all have stopped; else a thread is still in a network, which must stay open
   */
  public boolean stop(Duration patience) {
    queue.close();
    threads.forEach(Thread::interrupt);
    try {
      join(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return threads.stream().noneMatch(Thread::isAlive);
  }

  private void join(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (Thread thread : threads) {
      TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, end - System.nanoTime()));
    }
  }
}
