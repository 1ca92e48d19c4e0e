package retort.clients.cli.bench;

import java.util.concurrent.TimeUnit;

/**
 * The time that is measured, after the time that is not. By {@link System#nanoTime}.
 *
 * @param start when the load starts, unmeasured
 * @param begin when measuring begins
 * @param end when it ends
 */
record Span(long start, long begin, long end) {
  /** A span that begins after a warm-up from now. */
  static Span from(long now, double warmUpSeconds, double seconds) {
    long begin = now + nanos(warmUpSeconds);
    return new Span(now, begin, begin + nanos(seconds));
  }

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }

  boolean contains(long time) {
    return time - begin >= 0 && time - end < 0;
  }

  /** The same, but ended sooner. */
  Span without(long lastNanos) {
    return new Span(start, begin, Math.max(begin, end - lastNanos));
  }

  double seconds() {
    return (end - begin) / 1e9;
  }

  /** Waits until measuring begins. */
  void awaitBegin() throws InterruptedException {
    await(begin);
  }

  /** Waits until it is over. */
  void await() throws InterruptedException {
    await(end);
  }

  private static void await(long time) throws InterruptedException {
    long left = time - System.nanoTime();
    if (left > 0) {
      TimeUnit.NANOSECONDS.sleep(left);
    }
  }
}
