package retort.server.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The images that wait to be made, the oldest due first, where a request is due a while after it
 * was asked for. So frames are on time, and requests wait for a bounded time however many streams
 * there are; and when more is asked for than can be made, frames and requests take turns.
 *
 * <p>Nobody waits to enter: there is room for a request or there is not. Frames always have room,
 * since a stream has one at most. Images whose client is gone give their place up as soon as
 * somebody needs it, and are never taken out.
 *
 * <p>Safe for any number of threads.
 */
public final class RenderQueue {
  /** Differences of due times, not the times, are compared: their origin is arbitrary. */
  private static final Comparator<Entry> ORDER =
      Comparator.comparing((Entry entry) -> entry.render, (a, b) -> Long.signum(a.due() - b.due()))
          .thenComparing(entry -> entry.number);

  private record Entry(Render render, long number) {}

  private final int capacity;
  private final int threads;
  private final TreeSet<Entry> frames = new TreeSet<>(ORDER);
  private final TreeSet<Entry> requests = new TreeSet<>(ORDER);
  private boolean tookRequest;
  private long entered;
  private boolean closed;

  /**
   * An empty queue.
   *
   * @param capacity images that may wait for requests
   * @param threads how many call {@link #take}, and share what waits
   */
  public RenderQueue(int capacity, int threads) {
    this.capacity = capacity;
    this.threads = threads;
  }

  /** Images that may wait for requests. */
  public int capacity() {
    return capacity;
  }

  /**
   * Adds all images of a request or none.
   *
   * @return whether there was room
   */
  public synchronized boolean offer(List<Render> images) {
    if (requests.size() + images.size() > capacity) {
      requests.removeIf(entry -> entry.render.client().gone());
    }
    if (closed || requests.size() + images.size() > capacity) {
      return false;
    }
    images.forEach(image -> requests.add(new Entry(image, entered++)));
    notifyAll();
    return true;
  }

  /**
   * Adds a frame.
   *
   * @return whether it will be made; else the queue is closed
   */
  public synchronized boolean offer(Render frame) {
    if (closed) {
      return false;
    }
    if (frames.size() >= capacity) {
      frames.removeIf(entry -> entry.render.client().gone());
    }
    frames.add(new Entry(frame, entered++));
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
    int share = (frames.size() + requests.size() + threads - 1) / threads;
    List<Render> batch = new ArrayList<>();
    tookRequest = requestIsNext();
    fill(batch, tookRequest ? requests : frames, share);
    fill(batch, tookRequest ? frames : requests, share);
    return batch;
  }

  /** The older due goes first, but while a frame waits no two requests do. */
  private boolean requestIsNext() {
    Render request = first(requests);
    Render frame = first(frames);
    if (request == null || frame == null) {
      return frame == null;
    }
    return !tookRequest && request.due() - frame.due() <= 0;
  }

  private static @Nullable Render first(NavigableSet<Entry> waiting) {
    while (!waiting.isEmpty() && waiting.first().render.client().gone()) {
      waiting.pollFirst();
    }
    return waiting.isEmpty() ? null : waiting.first().render;
  }

  private static void fill(List<Render> batch, NavigableSet<Entry> waiting, int share) {
    Iterator<Entry> entries = waiting.iterator();
    while (entries.hasNext() && batch.size() < room(batch, share)) {
      Render render = entries.next().render;
      boolean gone = render.client().gone();
      if (gone || batch.isEmpty() || render.generator() == batch.get(0).generator()) {
        entries.remove();
        if (!gone) {
          batch.add(render);
        }
      }
    }
  }

  private static int room(List<Render> batch, int share) {
    return batch.isEmpty() ? share : Math.min(share, batch.get(0).generator().maxBatch());
  }

  /** Lets nothing more in; what waits is still taken. */
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
