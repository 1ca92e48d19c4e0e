package retort.clients;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import retort.v1.Frame;
import retort.v1.RejectedUpdate;
import retort.v1.StreamUpdate;

/**
 * An update that no frame has shown yet, and who waits for that. Not thread-safe.
 *
 * <p>Its waiters are those of the updates it has taken the place of as well.
 */
final class PendingUpdate {
  private StreamUpdate update;
  private final List<CompletableFuture<Frame>> waiters = new ArrayList<>();

  PendingUpdate(StreamUpdate update) {
    this.update = update;
  }

  StreamUpdate update() {
    return update;
  }

  void addWaiter(CompletableFuture<Frame> waiter) {
    waiters.add(waiter);
  }

  /** Gives it the number under which it is sent. */
  StreamUpdate numbered(long id) {
    update = update.toBuilder().setUpdateId(id).build();
    return update;
  }

  boolean scheduled() {
    return update.hasFromIndex();
  }

  /** Whether a frame is the first to show it. */
  boolean shownBy(Frame frame) {
    long id = update.getUpdateId();
    return frame.getLateUpdatesList().contains(id)
        || (Long.compareUnsigned(frame.getAppliedUpdate(), id) >= 0
            && (!scheduled()
                || Long.compareUnsigned(frame.getIndex(), update.getFromIndex()) >= 0));
  }

  /** Whether a frame tells that the server did not take it; then its waiters are told. */
  boolean rejectedBy(Frame frame) {
    for (RejectedUpdate rejected : frame.getRejectedUpdatesList()) {
      if (rejected.getUpdateId() == update.getUpdateId()) {
        fail(RetortException.ofUpdate(rejected.getReason()));
        return true;
      }
    }
    return false;
  }

  /**
   * Gives up the fields that a newer update sets as well. Steps add up, unless the newer one says
   * whether the stream is paused.
   *
   * @return whether nothing is left: then the newer one has its waiters
   */
  boolean giveWayTo(PendingUpdate newer) {
    StreamUpdate.Builder left = update.toBuilder();
    for (FieldDescriptor field : newer.update.getAllFields().keySet()) {
      left.clearField(field);
    }
    if (newer.update.hasPaused()) {
      left.clearStep();
    } else if (newer.update.getStep() > 0 && update.getStep() > 0) {
      newer.update =
          newer.update.toBuilder().setStep(sum(newer.update.getStep(), update.getStep())).build();
    }
    update = left.build();
    boolean nothing = left.clearUpdateId().build().equals(StreamUpdate.getDefaultInstance());
    if (nothing) {
      newer.waiters.addAll(waiters);
      waiters.clear();
    }
    return nothing;
  }

  /** Both are unsigned; a sum past the limit is the server's to refuse. */
  private static int sum(int a, int b) {
    return (int) Math.min(Integer.toUnsignedLong(a) + Integer.toUnsignedLong(b), Integer.MAX_VALUE);
  }

  void complete(Frame frame) {
    waiters.forEach(waiter -> waiter.complete(frame));
  }

  void fail(RetortException failure) {
    waiters.forEach(waiter -> waiter.completeExceptionally(failure));
  }
}
