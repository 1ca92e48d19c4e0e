package retort.server.oip;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import retort.server.schedule.RefusedException;
import retort.server.schedule.RefusedException.Reason;

/**
 * What the tensors of all clients may take of the server's memory: requests that wait, and answers
 * that are not yet read. Safe for any number of threads.
 */
final class ByteBudget {
  private final int bytes;
  private final Semaphore left;

  ByteBudget(int bytes) {
    this.bytes = bytes;
    left = new Semaphore(bytes);
  }

  /** A client's part. */
  final class Part {
    private final AtomicInteger taken = new AtomicInteger();

    /**
     * Takes more.
     *
     * @throws RefusedException when too little is left; the part is as it was
     */
    void add(int more) {
      if (more > bytes || !left.tryAcquire(more)) {
        throw new RefusedException(
            Reason.BUSY,
            "the server holds "
                + (bytes >> 20)
                + " MiB of tensors at most, of requests that wait and of answers that are not yet"
                + " read, and has no room for "
                + more
                + " bytes more; read the answers, or ask later, or for less");
      }
      taken.addAndGet(more);
    }

    /** Gives all of it back. */
    void clear() {
      left.release(taken.getAndSet(0));
    }
  }

  /** A part of which nothing is taken. */
  Part part() {
    return new Part();
  }

  /**
   * Waits until all parts are given back.
   *
   * @return whether they were, in time
   */
  boolean awaitNone(Duration patience) throws InterruptedException {
    boolean free = left.tryAcquire(bytes, patience.toNanos(), TimeUnit.NANOSECONDS);
    if (free) {
      left.release(bytes);
    }
    return free;
  }
}
