package retort.clients.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a stream delivered. Times are in milliseconds; percentiles are over the frames that arrived.
 *
 * @param fps frames a second asked for
 * @param received frames that arrived
 * @param due frames of the clock until the last one
 * @param dropped frames that the server says it dropped
 * @param framesPerSecond from the first arrival to the last; 0 for less than two frames
 * @param latenessMin mostly the time the call took to be accepted, which is in all of them
 * @param onTimeShare of the frames due, those that came within {@code withinMillis}
 */
record StreamSummary(
    double fps,
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

  /** Frames that were due and did not arrive, dropped or lost. */
  long missing() {
    return due - received;
  }

  /** For people. */
  List<String> lines() {
    return List.of(
        text(
            "frames      %d of %d, %.2f a second (%s asked for)",
            received, due, framesPerSecond, number(fps)),
        text("on time     %.1f %% within %s ms", 100 * onTimeShare, number(withinMillis)),
        text(
            "lateness    p50 %.1f ms, p99 %.1f ms, max %.1f ms, min %.1f ms",
            latenessP50, latenessP99, latenessMax, latenessMin),
        text("interval    p50 %.1f ms, p99 %.1f ms", intervalP50, intervalP99),
        text("dropped     %d; missing %d", dropped, missing()));
  }

  /** For programs. */
  Map<String, Number> values() {
    Map<String, Number> values = new LinkedHashMap<>();
    values.put("fps", fps);
    values.put("frames_due", due);
    values.put("frames_received", received);
    values.put("frames_missing", missing());
    values.put("frames_dropped", dropped);
    values.put("frames_per_second", framesPerSecond);
    values.put("lateness_min_ms", latenessMin);
    values.put("lateness_p50_ms", latenessP50);
    values.put("lateness_p99_ms", latenessP99);
    values.put("lateness_max_ms", latenessMax);
    values.put("interval_p50_ms", intervalP50);
    values.put("interval_p99_ms", intervalP99);
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
