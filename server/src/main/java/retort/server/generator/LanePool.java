package retort.server.generator;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Lanes of one generator, kept from user to user: made when somebody needs one and none is idle, so
 * that there are as many as ever were in use at once. Closing frees those that are idle; the last
 * to come back frees the generator.
 *
 * <p>Safe for any number of threads.
 */
final class LanePool implements AutoCloseable {
  /** A lane that is good for one user after another. */
  interface Reusable extends Lane {
    /** Makes it ready for another user: what stopped the one before does not stop the next. */
    void renew();
  }

  private final Supplier<? extends Reusable> make;
  private final Runnable free;

  // Guarded by this.
  private final Deque<Reusable> idle = new ArrayDeque<>();
  private int lent;
  private boolean closed;

  /**
   * None yet.
   *
   * @param make makes one
   * @param free called once, when this is closed and no lane is lent
   */
  LanePool(Supplier<? extends Reusable> make, Runnable free) {
    this.make = make;
    this.free = free;
  }

  /**
   * A lane that nobody uses; closing it gives it back.
   *
   * @throws GeneratorException when the generator was closed
   */
  Lane take() {
    Reusable lane;
    synchronized (this) {
      if (closed) {
        throw new GeneratorException("the model was taken away before the image was made");
      }
      lent++;
      lane = idle.poll();
    }
    if (lane != null) {
      return new Lent(lane);
    }
    boolean made = false;
    try {
      lane = make.get();
      made = true;
      return new Lent(lane);
    } finally {
      if (!made) {
        returned();
      }
    }
  }

  private void giveBack(Reusable lane) {
    boolean kept = false;
    try {
      lane.renew();
      synchronized (this) {
        kept = !closed;
        if (kept) {
          // The latest first: its memory is still in the caches.
          idle.push(lane);
        }
      }
    } finally {
      if (!kept) {
        lane.close();
      }
      returned();
    }
  }

  private void returned() {
    boolean last;
    synchronized (this) {
      lent--;
      last = closed && lent == 0;
    }
    if (last) {
      free.run();
    }
  }

  @Override
  public void close() {
    boolean last;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      last = lent == 0;
    }
    // Nobody takes one any more, and what comes back is not kept.
    idle.forEach(Lane::close);
    if (last) {
      free.run();
    }
  }

  /** A lane that goes back when it is closed. */
  private final class Lent implements Lane {
    private final Reusable lane;
    private boolean back;

    Lent(Reusable lane) {
      this.lane = lane;
    }

    @Override
    public void set(int slot, Origin origin) {
      lane.set(slot, origin);
    }

    @Override
    public void run(int images) {
      lane.run(images);
    }

    @Override
    public void stop() {
      lane.stop();
    }

    @Override
    public void read(int slot, byte[] pixels) {
      lane.read(slot, pixels);
    }

    @Override
    public Optional<ByteBuffer> view(int slot) {
      return lane.view(slot);
    }

    @Override
    public void close() {
      if (!back) {
        back = true;
        giveBack(lane);
      }
    }
  }
}
