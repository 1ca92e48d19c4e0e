package retort.server.schedule;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import retort.server.schedule.RefusedException.Reason;

/**
 * The updates of one stream that wait for the frame they bind to, in the order they came. One that
 * names no frame binds to the next that is made, and is merged with the one before it where that
 * names none either; so their number is bounded. Not thread-safe.
 */
final class WaitingUpdates {
  /** With a frame of their own. */
  static final int MAX_SCHEDULED = 64;

  /** Of those that were not taken: the newest are told. */
  static final int MAX_REJECTED = 16;

  /** Where {@code fromIndex} is null, the update may be several in one. */
  private record Waiting(long id, @Nullable Long fromIndex, StreamUpdate update) {
    boolean binds(long k, boolean made) {
      return (fromIndex == null || late(k)) ? made : fromIndex == k;
    }

    boolean late(long k) {
      return fromIndex != null && Long.compareUnsigned(fromIndex, k) < 0;
    }
  }

  private final List<Waiting> waiting = new ArrayList<>();
  private final Queue<RejectedUpdate> rejected = new ArrayDeque<>();

  // Told by the next frame that is made.
  private final List<Long> late = new ArrayList<>();
  private long applied;

  /**
   * Checks that there is room for an update.
   *
   * @throws RefusedException when too many wait that name a frame
   */
  void requireRoom(Steering steering) {
    long scheduled = waiting.stream().filter(update -> update.fromIndex != null).count();
    if (steering.fromIndex() != null && scheduled == MAX_SCHEDULED) {
      throw new RefusedException(
          Reason.BUSY,
          "from_index is present, but "
              + MAX_SCHEDULED
              + " updates wait already for their frames, which is the limit; send it later");
    }
  }

  /** Adds an update for which there is room. */
  void add(Steering steering) {
    int last = waiting.size() - 1;
    boolean merges =
        steering.fromIndex() == null && last >= 0 && waiting.get(last).fromIndex == null;
    StreamUpdate older = merges ? waiting.remove(last).update : StreamUpdate.NONE;
    waiting.add(new Waiting(steering.id(), steering.fromIndex(), older.then(steering.update())));
  }

  void reject(long id, String reason) {
    if (rejected.size() == MAX_REJECTED) {
      rejected.remove();
    }
    rejected.add(new RejectedUpdate(id, reason));
  }

  /** The highest rate that one of them sets; 0 where none does. */
  double highestFps() {
    double highest = 0;
    for (Waiting each : waiting) {
      Double fps = each.update.fps();
      highest = Math.max(highest, fps == null ? 0 : fps);
    }
    return highest;
  }

  /**
   * Takes what binds to the frame that comes next, in one.
   *
   * @param made whether the frame is made, rather than dropped
   */
  StreamUpdate take(long k, boolean made) {
    StreamUpdate bound = StreamUpdate.NONE;
    for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
      Waiting update = each.next();
      if (update.binds(k, made)) {
        each.remove();
        bound = bound.then(update.update);
        applied = Long.compareUnsigned(applied, update.id) < 0 ? update.id : applied;
        if (update.late(k)) {
          late.add(update.id);
        }
      }
    }
    return bound;
  }

  /** What a frame that is made tells of the updates; told once. */
  Acknowledgement acknowledge() {
    if (applied == 0 && rejected.isEmpty()) {
      return Acknowledgement.NONE;
    }
    Acknowledgement told = new Acknowledgement(applied, late, List.copyOf(rejected));
    applied = 0;
    late.clear();
    rejected.clear();
    return told;
  }
}
