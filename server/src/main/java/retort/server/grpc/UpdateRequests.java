package retort.server.grpc;

import java.util.ArrayList;
import java.util.List;
import retort.server.generator.Generator;
import retort.server.schedule.RefusedException;
import retort.server.schedule.Steering;
import retort.server.schedule.StreamState;
import retort.server.schedule.StreamUpdate;
import retort.server.schedule.Transition;
import retort.server.schedule.UpdateLog;
import retort.v1.LoggedUpdate;
import retort.v1.ReplayRequest;

/**
 * Updates of streams, as they arrive and as they are replayed, checked as {@link Requests} are.
 * Every method throws {@link RefusedException} for what can never be.
 */
final class UpdateRequests {
  private static final int MAX_LOGGED = 4096;
  private static final long MAX_REPLAYED = 100_000;

  private UpdateRequests() {}

  /**
   * Checks the number of an update.
   *
   * @param last that of the update before it; 0 for none
   */
  static void requireNewer(long id, long last) {
    if (Long.compareUnsigned(id, last) <= 0) {
      throw Failures.invalid(
          "update_id is "
              + Long.toUnsignedString(id)
              + ", but above "
              + Long.toUnsignedString(last)
              + " is expected, so that each update has a number of its own");
    }
  }

  /** An update as it arrives, its number already checked. */
  static Steering steering(retort.v1.StreamUpdate message, Generator generator) {
    if (message.hasFromIndex() && (message.hasPaused() || message.getStep() != 0)) {
      throw Failures.invalid(
          "from_index is present, so paused and step must be absent: they act at once; send them"
              + " in an update of their own");
    }
    return new Steering(
        message.getUpdateId(),
        message.hasFromIndex() ? message.getFromIndex() : null,
        update(message, generator),
        message.hasPaused() ? message.getPaused() : null,
        Requests.atMost("step", message.getStep(), Steering.MAX_STEPS));
  }

  private static StreamUpdate update(retort.v1.StreamUpdate message, Generator generator) {
    if (message.hasWidth() != message.hasHeight()) {
      throw Failures.invalid(
          "width and height must be present together or absent together: 0 is the model's");
    }
    Requests.requireSize(message.getWidth(), message.getHeight(), generator);
    return new StreamUpdate(
        message.hasSeed() ? message.getSeed() : null,
        message.hasLabel() ? Requests.label("label", message.getLabel(), generator) : null,
        message.hasSpeed() ? Requests.speed("speed", message.getSpeed()) : null,
        message.hasFps() ? Requests.fps(message.getFps()) : null,
        message.hasEncoding() ? Requests.encoding(message.getEncodingValue()) : null,
        message.hasWidth() ? message.getWidth() : null,
        message.hasHeight() ? message.getHeight() : null,
        message.hasQuality() ? Requests.quality(message.getQuality()) : null,
        message.hasTransitionFrames()
            ? Requests.atMost(
                "transition_frames", message.getTransitionFrames(), Transition.MAX_FRAMES)
            : null);
  }

  /**
   * The log of a replay.
   *
   * @param beginning the state that the stream began with
   */
  static UpdateLog log(ReplayRequest request, StreamState beginning, Generator generator) {
    int count = request.getUpdatesCount();
    if (count > MAX_LOGGED) {
      throw Failures.invalid(
          "updates has " + count + " entries, but at most " + MAX_LOGGED + " are expected");
    }
    List<UpdateLog.Entry> entries = new ArrayList<>(count);
    long least = beginning.next();
    for (int i = 0; i < count; i++) {
      LoggedUpdate logged = request.getUpdates(i);
      String field = "updates[" + i + "]";
      requireIndex(field + ".index", logged.getIndex(), least);
      least = logged.getIndex();
      entries.add(entry(field, logged, generator));
    }
    return new UpdateLog(beginning, entries);
  }

  private static UpdateLog.Entry entry(String field, LoggedUpdate logged, Generator generator) {
    retort.v1.StreamUpdate update = logged.getUpdate();
    try {
      return new UpdateLog.Entry(
          logged.getIndex(), update.getUpdateId(), update(update, generator));
    } catch (RefusedException e) {
      throw Failures.invalid(field + ".update." + e.getMessage());
    }
  }

  /** Checks how many frames are wanted, and from where. */
  static void requireRange(ReplayRequest request, StreamState beginning) {
    requireIndex("first_index", request.getFirstIndex(), beginning.next());
    if (request.getCount() == 0 || Long.compareUnsigned(request.getCount(), MAX_REPLAYED) > 0) {
      throw Failures.invalid(
          "count is "
              + Long.toUnsignedString(request.getCount())
              + ", but 1 to "
              + MAX_REPLAYED
              + " is expected; ask for the others in another call");
    }
  }

  private static void requireIndex(String field, long index, long least) {
    if (Long.compareUnsigned(index, Requests.MAX_INDEX) > 0 || index < least) {
      throw Failures.invalid(
          field
              + " is "
              + Long.toUnsignedString(index)
              + ", but "
              + least
              + " to "
              + Requests.MAX_INDEX
              + " is expected: indexes do not go back, and a stream from a resume token has no"
              + " frame before it");
    }
  }
}
