package retort.clients.cli;

import com.google.protobuf.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import retort.v1.Frame;

/**
 * Measures the frames of one stream as they arrive.
 *
 * <p>A frame's lateness is its arrival minus the sum of the call's start and the frame's due time.
 * The server's clock starts after the call does, so this is never less than the true lateness. Used
 * by one thread.
 */
final class StreamMeter {
  private static final int DIGITS = 3;

  private final double fps;
  private final long asked;
  private final double withinMillis;
  private final Histogram latenessMicros = new Histogram(DIGITS);
  private final Histogram intervalMicros = new Histogram(DIGITS);
  private long received;
  private long onTime;
  private long dropped;
  private long lastIndex = -1;
  private long firstNanos;
  private long lastNanos;

  /**
   * @param fps as asked for
   * @param asked frames asked for
   * @param withinMillis a frame is on time when its lateness is at most this
   */
  StreamMeter(double fps, long asked, double withinMillis) {
    this.fps = fps;
    this.asked = asked;
    this.withinMillis = withinMillis;
  }

  /**
   * Counts a frame.
   *
   * @param startNanos when the call started, by {@link System#nanoTime}
   * @param nanos when the frame arrived
   */
  void arrived(Frame frame, long startNanos, long nanos) {
    Duration due = frame.getDue();
    long dueNanos = TimeUnit.SECONDS.toNanos(due.getSeconds()) + due.getNanos();
    long micros = TimeUnit.NANOSECONDS.toMicros(Math.max(0, nanos - startNanos - dueNanos));
    latenessMicros.recordValue(micros);
    if (micros <= withinMillis * 1000) {
      onTime++;
    }
    if (received == 0) {
      firstNanos = nanos;
    } else {
      intervalMicros.recordValue(TimeUnit.NANOSECONDS.toMicros(nanos - lastNanos));
    }
    received++;
    lastNanos = nanos;
    lastIndex = frame.getIndex();
    dropped = frame.getDropped();
  }

  /** Frames that arrived. */
  long received() {
    return received;
  }

  /**
   * What came.
   *
   * @param ended how the stream ended: of one that was interrupted, later frames are not missed
   */
  StreamSummary summary(StreamSummary.Ending ended) {
    long due = ended == StreamSummary.Ending.INTERRUPTED ? lastIndex + 1 : asked;
    double seconds = (lastNanos - firstNanos) * 1e-9;
    return new StreamSummary(
        ended,
        fps,
        asked,
        received,
        due,
        dropped,
        seconds > 0 ? (received - 1) / seconds : 0,
        millis(latenessMicros.getMinValue()),
        millis(latenessMicros.getValueAtPercentile(50)),
        millis(latenessMicros.getValueAtPercentile(99)),
        millis(latenessMicros.getMaxValue()),
        millis(intervalMicros.getValueAtPercentile(50)),
        millis(intervalMicros.getValueAtPercentile(99)),
        withinMillis,
        due == 0 ? 0 : (double) onTime / due);
  }

  private static double millis(long micros) {
    return micros / 1000.0;
  }
}
