package retort.server.schedule;

import retort.server.schedule.RefusedException.Reason;

/**
 * When the frames of one stream are due: a period apart, counted from a frame whose due time is
 * known, so that roundings do not add up. While paused none is due but those it steps through.
 * Times are nanoseconds of {@link Time}. Not thread-safe.
 */
final class FramePace {
  private static final double NANOS_PER_SECOND = 1e9;

  /** 73 years. Differences of due times are compared, and must not overflow. */
  private static final long LATEST = Long.MAX_VALUE / 4;

  private double fps;
  private long anchorIndex;
  private long anchor;
  private boolean paused;
  private int steps;

  /** When the frame before the next was due, once there was one. */
  private long earlier;

  private boolean begun;

  /** A pace whose first frame is due at a time. */
  FramePace(double fps, long first, long due) {
    this.fps = fps;
    anchorAt(first, due);
  }

  private void anchorAt(long index, long due) {
    anchorIndex = index;
    anchor = due;
  }

  double fps() {
    return fps;
  }

  boolean paused() {
    return paused;
  }

  /** Whether no frame is due, however long one waits. */
  boolean stands() {
    return paused && steps == 0;
  }

  /** When frame k is due, which comes next. */
  long due(long k) {
    return anchor + nanos(k - anchorIndex);
  }

  private long nanos(long periods) {
    return Math.min(Math.round(periods * (NANOS_PER_SECOND / fps)), LATEST);
  }

  /**
   * After a stall of more than a period, has the frame that comes next be due when the clock ticks
   * next. By whole periods: streams that were spread over a period stay spread after a stall of
   * all.
   */
  void catchUp(long next, long now) {
    double period = NANOS_PER_SECOND / fps;
    long late = now - due(next);
    if (late > period) {
      anchorAt(next, due(next) + Math.round(Math.ceil(late / period) * period));
    }
  }

  /** Notes that frame k, which came next, is over, made or dropped. */
  void passed(long k) {
    earlier = due(k);
    begun = true;
    steps = Math.max(0, steps - 1);
  }

  /** Goes on after a rest: the next frame is due now, but a period after the one before. */
  void goOn(long next, long now) {
    long soonest = begun ? earlier + nanos(1) : anchor;
    anchorAt(next, soonest - now > 0 ? soonest : now);
  }

  /** Changes the rate from frame k on, which is due. */
  void changeFrom(long k, double newFps) {
    anchorAt(k, due(k));
    fps = newFps;
  }

  /**
   * Checks that the clock can be steered so.
   *
   * @throws RefusedException when it cannot
   */
  void requirePossible(Steering steering) {
    Boolean newPaused = steering.paused();
    if (steering.steps() > 0 && !(newPaused == null ? paused : newPaused)) {
      throw new RefusedException(
          Reason.INVALID,
          "step is " + steering.steps() + ", but the stream is not paused; set paused too");
    }
    int left = newPaused == null ? steps : 0;
    if (left + steering.steps() > Steering.MAX_STEPS) {
      throw new RefusedException(
          Reason.BUSY,
          "step is "
              + steering.steps()
              + ", but "
              + left
              + " frames wait to be stepped through, where "
              + Steering.MAX_STEPS
              + " may; send it later");
    }
  }

  /** Changes rate, pause and steps. */
  void steer(Steering steering, long next, long now) {
    if (steering.paused() != null) {
      paused = steering.paused();
      steps = 0;
    }
    steps += steering.steps();
    Double newFps = steering.update().fps();
    if (newFps != null && newFps != fps && !steering.waitsFrom(next)) {
      fps = newFps;
      goOn(next, now);
    }
  }
}
