package retort.trainer.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as people read them: few digits, separators in large ones, no zeros at the end. */
final class Figures {
  private static final MathContext DIGITS = new MathContext(4, RoundingMode.HALF_EVEN);
  private static final double LEAST_PLAIN = 1e-3;
  private static final double MOST_PLAIN = 1e15;

  private Figures() {}

  /** A number in four digits, or all of a whole number of thousands. */
  static String of(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    double size = Math.abs(value);
    String text;
    if (Double.isInfinite(value)) {
      text = "∞";
    } else if (size == 0) {
      return "0";
    } else if (size < LEAST_PLAIN || size >= MOST_PLAIN) {
      text = scientific(size);
    } else if (size >= 1000) {
      text = String.format(Locale.ROOT, "%,.0f", size);
    } else {
      text = new BigDecimal(size).round(DIGITS).stripTrailingZeros().toPlainString();
    }
    return value < 0 ? "−" + text : text;
  }

  /** A whole number, all of it. */
  static String of(long value) {
    return (value < 0 ? "−" : "") + String.format(Locale.ROOT, "%,d", Math.abs(value));
  }

  private static String scientific(double size) {
    String[] parts = String.format(Locale.ROOT, "%.2e", size).split("e", -1);
    String digits = new BigDecimal(parts[0]).stripTrailingZeros().toPlainString();
    return digits + "e" + Integer.parseInt(parts[1]);
  }

  /** A number as it stands at an axis: 5k, 2.5M. */
  static String compact(double value) {
    if (Math.abs(value) >= 1e6) {
      return of(value / 1e6) + "M";
    }
    return Math.abs(value) >= 1e3 ? of(value / 1e3) + "k" : of(value);
  }

  /** A mean and its spread to the same place: two digits of the spread. */
  static String spread(double mean, double deviation) {
    if (!(deviation > 0) || !Double.isFinite(mean) || Double.isInfinite(deviation)) {
      return of(mean);
    }
    int places = 1 - (int) Math.floor(Math.log10(deviation));
    if (Math.abs(mean) < LEAST_PLAIN || places > 6) {
      return of(mean) + " ± " + of(deviation);
    }
    String format = "%,." + Math.max(0, places) + "f";
    String text = String.format(Locale.ROOT, format + " ± " + format, Math.abs(mean), deviation);
    return mean < 0 ? "−" + text : text;
  }

  /** A time: 0:07, 12:30, 1:02:03. */
  static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "–";
    }
    long whole = Math.max(0, Math.round(seconds));
    return whole >= 3600
        ? "%d:%02d:%02d".formatted(whole / 3600, whole / 60 % 60, whole % 60)
        : "%d:%02d".formatted(whole / 60, whole % 60);
  }

  /** A size of memory or of a file. */
  static String bytes(long size) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    double left = size;
    while (left >= 1024 && unit < units.length - 1) {
      left /= 1024;
      unit++;
    }
    int places = left >= 10 || unit == 0 ? 0 : 1;
    return String.format(Locale.ROOT, "%." + places + "f ", left) + units[unit];
  }
}
