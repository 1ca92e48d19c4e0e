package retort.server.schedule;

import java.util.List;

/**
 * What a stream began with and the updates it showed: all that its frames are made from. Its states
 * are asked for in the order of the frames. Not thread-safe.
 */
public final class UpdateLog {
  /**
   * An update and the frame it bound to.
   *
   * @param index of the frame
   * @param id the client's number for it
   * @param update what it changed
   */
  public record Entry(long index, long id, StreamUpdate update) {}

  private final List<Entry> entries;
  private StreamState state;
  private int folded;
  private long applied;
  private long appliedAt = -1;

  /**
   * A log.
   *
   * @param beginning the state before the first frame
   * @param entries in the order of their indexes, none before the first frame; those of one index
   *     in the order they were sent
   */
  public UpdateLog(StreamState beginning, List<Entry> entries) {
    this.state = beginning;
    this.entries = List.copyOf(entries);
    long least = beginning.next();
    for (Entry entry : entries) {
      if (entry.index < least) {
        throw new IllegalArgumentException(
            "an update at frame " + entry.index + " comes after frame " + least);
      }
      least = entry.index;
    }
  }

  /** The updates, in their order. */
  public List<Entry> entries() {
    return entries;
  }

  /**
   * The index after the last of some frames.
   *
   * @param count how many, where the stream has so many
   */
  long endOf(long first, long count) {
    StreamPlan plan = state.plan();
    if (plan.endsBefore(first)) {
      return first;
    }
    return plan.endsBefore(first + count) ? plan.frames() : first + count;
  }

  /**
   * The state with which frame k is made, and in which it comes next.
   *
   * @param k no less than asked for before
   */
  StreamState at(long k) {
    while (folded < entries.size() && entries.get(folded).index <= k) {
      fold();
    }
    return state.at(k);
  }

  /** Applies all updates that bound to the next frame with any. */
  private void fold() {
    long index = entries.get(folded).index;
    StreamUpdate update = StreamUpdate.NONE;
    for (; folded < entries.size() && entries.get(folded).index == index; folded++) {
      update = update.then(entries.get(folded).update);
      applied = entries.get(folded).id;
    }
    appliedAt = index;
    state = state.apply(update, index);
  }

  /** The newest update that frame k, asked for last, is the first to show; 0 for none. */
  long applied(long k) {
    return appliedAt == k ? applied : 0;
  }
}
