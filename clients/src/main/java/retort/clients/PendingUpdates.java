package retort.clients;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import retort.v1.Frame;
import retort.v1.StreamUpdate;

/**
 * The updates of one stream from the caller to the frame that shows them.
 *
 * <p>While they cannot be sent they coalesce: an update gives up what a newer one sets, and goes
 * when nothing is left of it. So few wait, however many come, and the newest value of each field is
 * among them. Those that name a frame are kept as they are. An update that was sent is kept until a
 * frame shows it, since a resume token knows nothing of it: on a new connection it is sent again.
 *
 * <p>Not thread-safe.
 */
final class PendingUpdates {
  /** As many as a server lets wait. */
  static final int MAX_SCHEDULED = 64;

  private final Deque<PendingUpdate> waiting = new ArrayDeque<>();
  private final List<PendingUpdate> sent = new ArrayList<>();
  private long lastId;

  // What frames have shown of pause and steps, which resume tokens do not hold.
  private boolean paused;
  private long steps;

  /** Refuses an update that has a number already. */
  static void requireUnnumbered(StreamUpdate update) {
    if (update.getUpdateId() != 0) {
      throw new IllegalArgumentException(
          "update_id is "
              + Long.toUnsignedString(update.getUpdateId())
              + " but the client numbers updates itself; leave it out");
    }
  }

  /** Adds an update; its waiter gets the frame that shows it. */
  void add(StreamUpdate update, CompletableFuture<Frame> waiter) {
    PendingUpdate pending = new PendingUpdate(update);
    pending.addWaiter(waiter);
    if (pending.scheduled() && scheduled() >= MAX_SCHEDULED) {
      pending.fail(
          RetortException.ofUpdate(
              MAX_SCHEDULED
                  + " updates wait already for their frames, which is the limit; send it later"));
      return;
    }
    coalesce(pending);
  }

  private long scheduled() {
    return waiting.stream().filter(PendingUpdate::scheduled).count()
        + sent.stream().filter(PendingUpdate::scheduled).count();
  }

  private void coalesce(PendingUpdate newest) {
    if (!newest.scheduled()) {
      waiting.removeIf(older -> !older.scheduled() && older.giveWayTo(newest));
    }
    waiting.add(newest);
  }

  /** Takes the next update to send. */
  Optional<StreamUpdate> next() {
    PendingUpdate next = waiting.poll();
    if (next == null) {
      return Optional.empty();
    }
    sent.add(next);
    lastId++;
    return Optional.of(next.numbered(lastId));
  }

  /** Tells those who wait for what a frame shows, or says was not taken. */
  void arrived(Frame frame) {
    for (Iterator<PendingUpdate> each = sent.iterator(); each.hasNext(); ) {
      PendingUpdate update = each.next();
      if (update.rejectedBy(frame)) {
        each.remove();
      } else if (update.shownBy(frame)) {
        each.remove();
        noteClock(update.update());
        update.complete(frame);
      }
    }
    if (paused) {
      steps = Math.max(0, steps - 1);
    }
  }

  private void noteClock(StreamUpdate update) {
    if (update.hasPaused()) {
      paused = update.getPaused();
      steps = 0;
    }
    steps += Integer.toUnsignedLong(update.getStep());
  }

  /** The call is gone: what no frame has shown is to be sent again, and the pause before it. */
  void lost() {
    List<PendingUpdate> again = new ArrayList<>();
    if (paused) {
      again.add(
          new PendingUpdate(
              StreamUpdate.newBuilder().setPaused(true).setStep((int) steps).build()));
    }
    again.addAll(sent);
    again.addAll(waiting);
    sent.clear();
    waiting.clear();
    again.forEach(this::coalesce);
  }

  /** Whether the clock may stand for as long as it likes. */
  boolean standing() {
    boolean stands = paused && steps == 0;
    for (PendingUpdate update : sent) {
      if (update.update().hasPaused()) {
        stands = update.update().getPaused();
      }
      stands &= update.update().getStep() == 0;
    }
    return stands;
  }

  /** The slowest rate that is on its way, in frames a second; infinite where none is. */
  double slowestFps() {
    return sent.stream()
        .filter(update -> update.update().hasFps())
        .mapToDouble(update -> update.update().getFps())
        .min()
        .orElse(Double.POSITIVE_INFINITY);
  }

  /** The stream is over: no frame will show what is left. */
  void end(RetortException why) {
    sent.forEach(update -> update.fail(why));
    waiting.forEach(update -> update.fail(why));
    sent.clear();
    waiting.clear();
  }
}
