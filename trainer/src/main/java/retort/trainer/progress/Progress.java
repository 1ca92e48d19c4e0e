package retort.trainer.progress;

import java.util.Locale;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run shows while it works: a bar that is drawn over on a terminal, a line a minute
 * elsewhere. The launcher says which by the property {@code retort.terminal}.
 */
public final class Progress implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Progress.class);
  private static final int WIDTH = 28;
  private static final long TERMINAL_NANOS = 250_000_000L;
  private static final long LOG_NANOS = 60_000_000_000L;

  private final long totalImages;
  private final double maxSeconds;
  private final long firstImages;
  private final double firstSeconds;
  private final boolean terminal = Boolean.getBoolean("retort.terminal");
  private long shownNanos = System.nanoTime() - LOG_NANOS + TERMINAL_NANOS;
  private boolean drawn;

  private Progress(long totalImages, double maxSeconds, long firstImages, double firstSeconds) {
    this.totalImages = totalImages;
    this.maxSeconds = maxSeconds;
    this.firstImages = firstImages;
    this.firstSeconds = firstSeconds;
  }

  /**
   * Starts to show.
   *
   * @param totalImages at which the work is done
   * @param maxSeconds after which it is done whatever came of it, or infinity
   * @param images that were done before
   * @param seconds that were spent before
   */
  public static Progress start(long totalImages, double maxSeconds, long images, double seconds) {
    return new Progress(totalImages, maxSeconds, images, seconds);
  }

  /**
   * Shows how far the work has come, if it is time to show something.
   *
   * @param note what else to say, asked for when it is shown
   */
  public void at(long images, double seconds, Supplier<String> note) {
    long now = System.nanoTime();
    if (now - shownNanos < (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
      return;
    }
    shownNanos = now;
    double rate = (images - firstImages) / Math.max(1e-9, seconds - firstSeconds);
    double left = Math.min((totalImages - images) / rate, maxSeconds - seconds);
    double share = Math.max((double) images / totalImages, Math.min(1, seconds / maxSeconds));
    String text =
        String.format(
                Locale.ROOT,
                "%5.1f %%  %,d images  %.1f images/s  %s left  %s",
                100 * share,
                images,
                rate,
                duration(left),
                note.get())
            .stripTrailing();
    if (terminal) {
      int filled = (int) Math.round(share * WIDTH);
      System.err.print(
          "\r[" + "#".repeat(filled) + "-".repeat(WIDTH - filled) + "] " + text + "\u001b[K");
      drawn = true;
    } else {
      LOG.info("{}", text);
    }
  }

  private static String duration(double seconds) {
    long whole = Math.max(0, Math.round(seconds));
    return whole >= 3600
        ? "%d:%02d:%02d".formatted(whole / 3600, whole / 60 % 60, whole % 60)
        : "%d:%02d".formatted(whole / 60, whole % 60);
  }

  @Override
  public void close() {
    if (drawn) {
      System.err.println();
    }
  }
}
