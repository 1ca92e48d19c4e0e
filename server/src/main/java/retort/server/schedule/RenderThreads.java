package retort.server.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.server.generator.Generator;

/**
 * The threads that make images. Each does all the work of an image: noise, network, encoding,
 * handing over. The owner closes them before the generators.
 */
public final class RenderThreads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RenderThreads.class);

  private final RenderQueue queue;
  private final List<Thread> threads = new ArrayList<>();

  /**
   * Starts the threads.
   *
   * @param generators those whose images may be asked for
   * @param count how many threads
   */
  public RenderThreads(RenderQueue queue, List<Generator> generators, int count, Time time) {
    this.queue = queue;
    for (int i = 0; i < count; i++) {
      RenderWork work = new RenderWork(generators, time);
      Thread thread = new Thread(() -> run(work), "retort-render-" + i);
      thread.setDaemon(true);
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
    long end = System.nanoTime() + patience.toNanos();
    for (Thread thread : threads) {
      TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, end - System.nanoTime()));
    }
  }

  /** Stops after the batches in the works, and frees the memory; what waits is not made. */
  @Override
  public void close() {
    queue.close();
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          // The sessions are closed next, so the threads must have ended, whoever is in a hurry.
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
