package retort.clients.cli.bench;

import org.HdrHistogram.Histogram;

/**
 * How well streams kept their clocks within a span of time.
 *
 * <p>A stream's clock is read from its own frames: of all its frames, the one that came soonest
 * after its due time is taken as punctual. So neither the time a call takes to be accepted nor the
 * difference between two machines' clocks counts as lateness. Frames that a stalled server never
 * scheduled count as due, by the rate that was asked for. Not thread-safe.
 */
final class StreamFigures {
  private final double fps;
  private final Span span;

  /** What is due at the very end may be on its way, and is not counted. */
  private final Span dueSpan;

  private final Histogram interFrame = Times.histogram();
  private final Histogram lateness = Times.histogram();
  private long received;
  private long due;
  private long missing;
  private long onTime;

  StreamFigures(double fps, Span span) {
    this.fps = fps;
    this.span = span;
    this.dueSpan = span.without(2 * period());
  }

  private long period() {
    return (long) (1e9 / fps);
  }

  /** Counts a stream that has ended. */
  void add(FrameLog log) {
    long punctual = Long.MAX_VALUE;
    for (int i = 0; i < log.size(); i++) {
      punctual = Math.min(punctual, log.arrived(i) - log.due(i));
    }
    long count = 0;
    long firstIndex = Long.MAX_VALUE;
    long lastIndex = -1;
    for (int i = 0; i < log.size(); i++) {
      if (i > 0 && span.contains(log.arrived(i))) {
        interFrame.recordValue(Math.max(0, log.arrived(i) - log.arrived(i - 1)));
      }
      if (dueSpan.contains(punctual + log.due(i))) {
        long late = log.arrived(i) - log.due(i) - punctual;
        lateness.recordValue(late);
        onTime += 2 * late <= period() ? 1 : 0;
        // Answers to calls may overtake one another.
        firstIndex = Math.min(firstIndex, log.index(i));
        lastIndex = Math.max(lastIndex, log.index(i));
        count++;
      }
    }
    received += count;
    long indices = count == 0 ? 0 : lastIndex - firstIndex + 1;
    missing += indices - count;
    // A span has one period more or less, as the clock falls.
    long byRate = (long) Math.floor(dueSpan.seconds() * fps) - 1;
    due += Math.max(indices, byRate);
  }

  /** Of the frames due, those that came within half a period; 0 where none was due. */
  double onTimeShare() {
    return due <= 0 ? 0 : Math.min(1, (double) onTime / due);
  }

  long received() {
    return received;
  }

  /** Adds what was measured. */
  void tell(Figures figures) {
    figures
        .count("frames", received)
        .number("frames_per_second", dueSpan.seconds() > 0 ? received / dueSpan.seconds() : 0)
        .share("on_time", onTimeShare())
        .count("dropped", missing)
        .times("inter_frame", interFrame)
        .times("lateness", lateness);
  }
}
