package retort.server.schedule;

import org.jspecify.annotations.Nullable;

/**
 * An update as it arrives: what it changes, when, and what it does to the clock.
 *
 * @param id above those of the updates before it, as an unsigned number
 * @param fromIndex the frame it binds to, as an unsigned number; null for the next that is made
 * @param update what it changes
 * @param paused whether the clock stands from now on; null leaves it as it is
 * @param steps frames to show while the clock stands
 */
public record Steering(
    long id, @Nullable Long fromIndex, StreamUpdate update, @Nullable Boolean paused, int steps) {
  /** Steps of a stream that wait, at most. */
  public static final int MAX_STEPS = 100_000;

  public Steering {
    if (steps < 0 || steps > MAX_STEPS || (fromIndex != null && (paused != null || steps > 0))) {
      throw new IllegalArgumentException(
          steps + " steps should be 0 to " + MAX_STEPS + ", and the clock is steered at once");
    }
  }

  /** Whether it waits for a frame, where frame {@code next} comes next. */
  boolean waitsFrom(long next) {
    return fromIndex != null && Long.compareUnsigned(fromIndex, next) >= 0;
  }
}
