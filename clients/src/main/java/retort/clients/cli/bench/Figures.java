package retort.clients.cli.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Figures in their order, for people and for programs. Not thread-safe. */
final class Figures {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double[] PERCENTILES = {50, 99, 99.9};

  private final List<String> lines = new ArrayList<>();
  private final Map<String, Object> values = new LinkedHashMap<>();

  /** A text. */
  Figures text(String key, String value) {
    line(key, value);
    values.put(key, value);
    return this;
  }

  /** A whole number. */
  Figures count(String key, long value) {
    line(key, Long.toString(value));
    values.put(key, value);
    return this;
  }

  /** A finite number. */
  Figures number(String key, double value) {
    line(key, String.format(Locale.ROOT, "%.2f", value));
    values.put(key, value);
    return this;
  }

  /** A share, 0 to 1. */
  Figures share(String key, double value) {
    line(key, String.format(Locale.ROOT, "%.2f %%", 100 * value));
    values.put(key + "_share", value);
    return this;
  }

  /** Times in nanoseconds, told in milliseconds; nothing where there are none. */
  Figures times(String key, Histogram nanos) {
    if (nanos.getTotalCount() == 0) {
      return this;
    }
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("count", nanos.getTotalCount());
    StringBuilder text = new StringBuilder();
    for (double percentile : PERCENTILES) {
      String name = percentile == Math.rint(percentile) ? "p" + (int) percentile : "p" + percentile;
      add(told, text, name, nanos.getValueAtPercentile(percentile));
    }
    add(told, text, "max", nanos.getMaxValue());
    line(key, text.toString().stripLeading() + " ms");
    values.put(key + "_ms", told);
    return this;
  }

  /** Why something failed, and how often; nothing where nothing did. */
  Figures failures(Map<String, Integer> counts) {
    counts.forEach((why, count) -> lines.add("failed: " + why + " (" + count + ")"));
    if (!counts.isEmpty()) {
      values.put("failures", new TreeMap<>(counts));
    }
    return this;
  }

  /** What was tried, one entry a trial; for programs only. */
  Figures list(String key, List<Map<String, Object>> entries) {
    values.put(key, entries);
    return this;
  }

  private static void add(Map<String, Object> told, StringBuilder text, String name, long nanos) {
    double millis = nanos / NANOS_PER_MILLI;
    told.put(name, millis);
    text.append(String.format(Locale.ROOT, "  %s %.2f", name, millis));
  }

  private void line(String key, String value) {
    lines.add(String.format(Locale.ROOT, "%-19s %s", key.replace('_', ' '), value));
  }

  List<String> lines() {
    return lines;
  }

  /** Texts, finite numbers and maps of them. */
  Map<String, Object> values() {
    return values;
  }
}
