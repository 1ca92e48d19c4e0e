package retort.clients.cli.bench;

import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Histograms of nanoseconds, to three digits. */
final class Times {
  private static final int DIGITS = 3;

  private Times() {}

  /** For one thread at a time. */
  static Histogram histogram() {
    return new Histogram(DIGITS);
  }

  /** For any number of threads. */
  static Histogram shared() {
    return new ConcurrentHistogram(DIGITS);
  }
}
