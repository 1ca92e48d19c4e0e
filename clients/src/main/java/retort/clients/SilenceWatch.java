package retort.clients;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import retort.v1.Frame;

/**
 * How long a stream may be silent before its connection is not believed any more: an allowance and
 * two periods of its clock, as its frames' due times show it. Times are those of {@link
 * System#nanoTime}. Not thread-safe.
 */
final class SilenceWatch {
  private static final double NANOS_PER_SECOND = 1e9;

  /** A clock of which nothing is known: the slowest there is. */
  private static final double SLOWEST_FPS = 0.01;

  private final long allowanceNanos;
  private double fps;
  private long sign;
  private @Nullable Frame last;

  /**
   * A watch over one stream.
   *
   * @param fps as the stream is asked for; 0 where a resume token says it
   */
  SilenceWatch(Duration allowance, double fps) {
    this.allowanceNanos = allowance.toNanos();
    this.fps = fps > 0 ? Math.max(fps, SLOWEST_FPS) : SLOWEST_FPS;
  }

  /** Something happened, or from now on something is expected. */
  void sign(long now) {
    sign = now;
  }

  /** A call began, whose due times count anew. */
  void began(long now) {
    sign(now);
    last = null;
  }

  /** A frame came. */
  void arrived(Frame frame, long now) {
    sign(now);
    if (last != null && frame.getIndex() > last.getIndex()) {
      double seconds = dueSeconds(frame) - dueSeconds(last);
      fps = Math.max(SLOWEST_FPS, (frame.getIndex() - last.getIndex()) / Math.max(seconds, 1e-9));
    }
    last = frame;
  }

  private static double dueSeconds(Frame frame) {
    var due = frame.getDue();
    return due.getSeconds() + due.getNanos() / NANOS_PER_SECOND;
  }

  /** Whether so much time has passed as a silence is allowed. */
  boolean allowed(long since, long now) {
    return now - since >= allowanceNanos;
  }

  /**
   * Nanoseconds that are left before the silence is too long; 0 or less when it is.
   *
   * @param comingFps the slowest rate that the stream has been told to take
   */
  long leftNanos(double comingFps, long now) {
    double periods = 2 * NANOS_PER_SECOND / Math.max(SLOWEST_FPS, Math.min(fps, comingFps));
    return sign + allowanceNanos + (long) periods - now;
  }
}
