package retort.server.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import retort.server.generator.Generator;

/**
 * The images that wait to be made: at most so many, frames of streams first, the oldest due first.
 *
 * <p>Nobody waits to enter: there is room or there is not. Images whose client is gone give their
 * place up as soon as somebody needs it, and are never taken out.
 *
 * <p>Safe for any number of threads.
 */
public final class RenderQueue {
  /** Differences of due times, not the times, are compared: their origin is arbitrary. */
  private static final Comparator<Entry> ORDER =
      Comparator.comparing((Entry entry) -> !entry.render.paced())
          .thenComparing((a, b) -> Long.signum(a.render.due() - b.render.due()))
          .thenComparing(entry -> entry.number);

  private record Entry(Render render, long number) {}

  private final int capacity;
  private final int threads;
  private final TreeSet<Entry> waiting = new TreeSet<>(ORDER);
  private long entered;
  private boolean closed;

  /**
   * An empty queue.
   *
   * @param capacity images that may wait
   * @param threads how many call {@link #take}, and share what waits
   */
  public RenderQueue(int capacity, int threads) {
    this.capacity = capacity;
    this.threads = threads;
  }

  /** Images that may wait. */
  public int capacity() {
    return capacity;
  }

  /**
   * Adds all of the images or none.
   *
   * @return whether there was room
   */
  public synchronized boolean offer(List<Render> renders) {
    if (closed) {
      return false;
    }
    if (waiting.size() + renders.size() > capacity) {
      waiting.removeIf(entry -> entry.render.client().gone());
    }
    if (waiting.size() + renders.size() > capacity) {
      return false;
    }
    for (Render render : renders) {
      waiting.add(new Entry(render, entered++));
    }
    notifyAll();
    return true;
  }

  /**
   * Waits for images and takes some of one generator: its share of what waits, so that other
   * threads find work too, and no more than the generator takes at once.
   *
   * @return empty once the queue is closed and nothing waits
   */
  public synchronized List<Render> take() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    List<Render> batch = poll();
    while (batch.isEmpty() && !closed) {
      wait();
      batch = poll();
    }
    return batch;
  }

  /** What {@link #take} would take now; empty when nothing waits. */
  synchronized List<Render> poll() {
    int share = (waiting.size() + threads - 1) / threads;
    List<Render> batch = new ArrayList<>();
    for (Iterator<Entry> entries = waiting.iterator(); entries.hasNext(); ) {
      Render render = entries.next().render;
      if (render.client().gone()) {
        entries.remove();
      } else if (batch.isEmpty() || fits(render, batch, share)) {
        batch.add(render);
        entries.remove();
      }
      if (batch.size() >= share) {
        break;
      }
    }
    return batch;
  }

  private static boolean fits(Render render, List<Render> batch, int share) {
    Generator generator = batch.get(0).generator();
    return render.generator() == generator && batch.size() < Math.min(share, generator.maxBatch());
  }

  /** Lets nothing more in; what waits is still taken. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
