package retort.clients.cli;

import java.util.Locale;

/** One line that is drawn over on a terminal, as the launcher says; nothing elsewhere. */
final class LiveLine implements AutoCloseable {
  private static final long INTERVAL_NANOS = 250_000_000L;

  private final boolean terminal = Boolean.getBoolean("retort.terminal");
  private long shownNanos = System.nanoTime();
  private boolean drawn;

  /** Shows where a stream is, if the last time is long enough ago. */
  void show(StreamMeter meter) {
    long now = System.nanoTime();
    if (!terminal || now - shownNanos < INTERVAL_NANOS) {
      return;
    }
    shownNanos = now;
    drawn = true;
    StreamSummary summary = meter.summary(StreamSummary.Ending.INTERRUPTED);
    System.err.printf(
        Locale.ROOT,
        "\r%,d frames  %.1f a second  lateness p50 %.1f ms  p99 %.1f ms  %d dropped\u001b[K",
        summary.received(),
        summary.framesPerSecond(),
        summary.latenessP50(),
        summary.latenessP99(),
        summary.dropped());
  }

  @Override
  public void close() {
    if (drawn) {
      System.err.print("\r\u001b[K");
    }
  }
}
