package retort.clients.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a stream delivered. Times are in milliseconds; percentiles are over the frames that arrived.
 *
 * @param ended how
 * @param fps frames a second asked for
 * @param asked frames asked for
 * @param received frames that arrived
 * @param due frames of the clock: those asked for or, where the user ended the stream, those until
 *     then
 * @param dropped frames that the server says it dropped
 * @param framesPerSecond from the first arrival to the last; 0 where there is no time between
 * @param latenessMin mostly the time the call took to be accepted, which is in all of them
 * @param onTimeShare of the frames due, those that came within {@code withinMillis}
 */
record StreamSummary(
    Ending ended,
    double fps,
    long asked,
    long received,
    long due,
    long dropped,
    double framesPerSecond,
    double latenessMin,
    double latenessP50,
    double latenessP99,
    double latenessMax,
    double intervalP50,
    double intervalP99,
    double withinMillis,
    double onTimeShare) {

  /** How a stream ended. */
  enum Ending {
    /** With its last frame. */
    COMPLETE,
    /** By the user. */
    INTERRUPTED,
    /** By a failure of the server, the connection or the pictures. */
    FAILED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Frames that were due and did not arrive, dropped or lost. */
  long missing() {
    return due - received;
  }

  /** For people. */
  List<String> lines() {
    return List.of(
        text(
            "frames      %d of %d, %s a second (%s asked for)",
            received, due, framesPerSecond > 0 ? text("%.2f", framesPerSecond) : "-", number(fps)),
        text("ended       %s; frames asked for: %d", ended, asked),
        text("on time     %.1f %% within %s ms", 100 * onTimeShare, number(withinMillis)),
        text(
            "lateness    p50 %.1f ms, p99 %.1f ms, max %.1f ms, min %.1f ms",
            latenessP50, latenessP99, latenessMax, latenessMin),
        received > 1
            ? text("interval    p50 %.1f ms, p99 %.1f ms", intervalP50, intervalP99)
            : "interval    -",
        text("dropped     %d; missing %d", dropped, missing()));
  }

  /** For programs: texts and finite numbers, and nothing for what one frame cannot tell. */
  Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("ended", ended.toString());
    values.put("fps", fps);
    values.put("frames_asked", asked);
    values.put("frames_due", due);
    values.put("frames_received", received);
    values.put("frames_missing", missing());
    values.put("frames_dropped", dropped);
    if (framesPerSecond > 0) {
      values.put("frames_per_second", framesPerSecond);
    }
    values.put("lateness_min_ms", latenessMin);
    values.put("lateness_p50_ms", latenessP50);
    values.put("lateness_p99_ms", latenessP99);
    values.put("lateness_max_ms", latenessMax);
    if (received > 1) {
      values.put("interval_p50_ms", intervalP50);
      values.put("interval_p99_ms", intervalP99);
    }
    values.put("within_ms", withinMillis);
    values.put("on_time_share", onTimeShare);
    return values;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Without a fraction where there is none. */
  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
