package retort.clients.cli.bench;

import java.util.Arrays;

/** When the frames of one stream were due and when they came. Safe to share. */
final class FrameLog {
  /** Arrival, due time and index of a frame, one after another. */
  private static final int STRIDE = 3;

  private long[] entries = new long[STRIDE * 1024];
  private int size;

  /**
   * Adds a frame.
   *
   * @param arrivedNanos by {@link System#nanoTime}
   * @param dueNanos as the frame says, from the server's start of the stream
   */
  synchronized void add(long arrivedNanos, long dueNanos, long index) {
    if (size * STRIDE == entries.length) {
      entries = Arrays.copyOf(entries, 2 * entries.length);
    }
    entries[size * STRIDE] = arrivedNanos;
    entries[size * STRIDE + 1] = dueNanos;
    entries[size * STRIDE + 2] = index;
    size++;
  }

  synchronized int size() {
    return size;
  }

  synchronized long arrived(int i) {
    return entries[i * STRIDE];
  }

  synchronized long due(int i) {
    return entries[i * STRIDE + 1];
  }

  synchronized long index(int i) {
    return entries[i * STRIDE + 2];
  }
}
