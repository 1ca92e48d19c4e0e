package retort.server.generator;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Lanes of one session, kept from user to user: there are as many as ever were in use at once. The
 * owner closes it after the last user is done.
 */
final class LanePool implements AutoCloseable {
  private final OnnxSession session;
  private final int maxBatch;
  private final Queue<OnnxLane> idle = new ConcurrentLinkedQueue<>();

  LanePool(OnnxSession session, int maxBatch) {
    this.session = session;
    this.maxBatch = maxBatch;
  }

  /** A lane that nobody uses; closing it gives it back. */
  Lane take() {
    OnnxLane lane = idle.poll();
    return new Lent(lane != null ? lane : new OnnxLane(session, maxBatch));
  }

  private final class Lent implements Lane {
    private final OnnxLane lane;

    Lent(OnnxLane lane) {
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
      lane.renew();
      idle.add(lane);
    }
  }

  @Override
  public void close() {
    for (OnnxLane lane = idle.poll(); lane != null; lane = idle.poll()) {
      lane.close();
    }
  }
}
