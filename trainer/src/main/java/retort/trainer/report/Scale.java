package retort.trainer.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * One axis of a chart: which values it spans, how they are spaced, and where its ticks stand.
 *
 * @param low the value at its beginning
 * @param high the value at its end, above {@code low}
 * @param kind how values are spaced
 */
record Scale(double low, double high, Kind kind) {
  /** How values are spaced, and which of them are round. */
  enum Kind {
    LINEAR,
    LOG,
    SECONDS
  }

  private static final double[] ROUND = {1, 2, 5, 10};

  /** Steps of a clock, in seconds. */
  private static final double[] CLOCK = {
    1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400
  };

  /** What rounding may add to a number of steps. */
  private static final double ROUNDING = 1e-9;

  /** What a logarithmic axis has beyond its values. */
  private static final double MARGIN = 1.15;

  /** A ratio of values from which on small ones would be lost on a linear axis. */
  private static final double DECADE = 10;

  /** Below it a number has no logarithm to speak of. */
  private static final double LEAST = 1e-150;

  Scale {
    if (!(high > low) || (kind == Kind.LOG && !(low > 0))) {
      throw new IllegalArgumentException(kind + " from " + low + " to " + high);
    }
  }

  /**
   * An axis for values: logarithmic when they are positive and span a decade, else from one round
   * number to another.
   *
   * @param values finite, one at least
   * @param ticks about how many it is to have; with its ends there may be two more
   */
  static Scale over(double[] values, int ticks) {
    double low = DoubleStream.of(values).min().orElseThrow();
    double high = DoubleStream.of(values).max().orElseThrow();
    if (low > LEAST && high / low >= DECADE) {
      return new Scale(low / MARGIN, high * MARGIN, Kind.LOG);
    }
    if (high - low <= ROUNDING * Math.max(Math.abs(low), Math.abs(high))) {
      double room = Math.abs(low) < LEAST ? 1 : Math.abs(low) / 10;
      low -= room;
      high += room;
    }
    double step = step(high - low, ticks);
    return new Scale(
        Math.floor(low / step + ROUNDING) * step,
        Math.ceil(high / step - ROUNDING) * step,
        Kind.LINEAR);
  }

  /** An axis from zero, for images shown or for time. */
  static Scale fromZero(double high, Kind kind) {
    return new Scale(0, high > 0 ? high : 1, kind);
  }

  /** Where a value stands between two ends of the axis on the page. */
  double at(double value, double start, double end) {
    double share =
        kind == Kind.LOG
            ? Math.log(value / low) / Math.log(high / low)
            : (value - low) / (high - low);
    return start + share * (end - start);
  }

  /** Round values along the axis, about so many, at 1, 2 and 5 times powers of ten. */
  List<Double> ticks(int about) {
    if (kind == Kind.LOG) {
      return logTicks(about);
    }
    double step = kind == Kind.SECONDS ? clockStep(about) : step(high - low, about);
    List<Double> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - ROUNDING);
        i * step <= high + ROUNDING * step;
        i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  private double clockStep(int about) {
    for (double step : CLOCK) {
      if ((high - low) / step <= about) {
        return step;
      }
    }
    double day = CLOCK[CLOCK.length - 1];
    return Math.max(1, step((high - low) / day, about)) * day;
  }

  /** Each 1, 2 and 5 where these are few, else powers of ten, as many of them as there is room. */
  private List<Double> logTicks(int about) {
    int first = (int) Math.floor(Math.log10(low) + ROUNDING);
    int last = (int) Math.ceil(Math.log10(high) - ROUNDING);
    boolean fine = 3 * (last - first) <= 2 * about;
    int every = Math.max(1, (last - first) / about);
    List<Double> ticks = new ArrayList<>();
    for (int power = first; power <= last; power += fine ? 1 : every) {
      for (double digit : fine ? new double[] {1, 2, 5} : new double[] {1}) {
        double tick = digit * Math.pow(10, power);
        if (tick >= low * (1 - ROUNDING) && tick <= high * (1 + ROUNDING)) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  /** The smallest of 1, 2 and 5 times a power of ten that fits into a span so often at most. */
  private static double step(double span, int times) {
    double power = Math.pow(10, Math.floor(Math.log10(span / times)));
    for (double digit : ROUND) {
      if (span / (digit * power) <= times * (1 + ROUNDING)) {
        return digit * power;
      }
    }
    throw new IllegalStateException(span + " in " + times);
  }
}
