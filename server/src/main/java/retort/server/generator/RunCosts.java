package retort.server.generator;

import java.util.Arrays;

/**
 * How long a run of each batch size occupies its cores: inputs drawn, network run, results read,
 * encoded and handed over. Measured when the network was loaded, with every core busy; while
 * serving one factor follows what runs take, so that a size that is seldom used stays in
 * proportion.
 *
 * <p>Safe for any number of threads.
 */
public final class RunCosts {
  /**
   * Of a moving average over runs: so much time in the network, in nanoseconds. Long enough that
   * what is promised does not depend on a moment's neighbours, short enough to follow a machine
   * that slows down.
   */
  private static final double MEMORY = 2e9;

  /** Part of a new run in the average, at most: of runs that take long. */
  private static final double MOST_WEIGHT = 0.1;

  /** A run that took longer than this many times what is expected met a stall. */
  private static final double STALL = 4;

  private final long[] atLoad;

  /** Guarded by this. */
  private double factor = 1;

  private RunCosts(long[] atLoad) {
    this.atLoad = atLoad;
  }

  /**
   * As measured.
   *
   * @param nanos of a run of 1, 2, ... images; at least one, all above 0
   */
  public static RunCosts of(long... nanos) {
    if (nanos.length == 0 || Arrays.stream(nanos).anyMatch(run -> run <= 0)) {
      throw new IllegalArgumentException(
          Arrays.toString(nanos) + " should be one time above 0 for each batch size");
    }
    return new RunCosts(nanos.clone());
  }

  /** Nanoseconds of a run of so many images, from 1 to the largest batch. */
  public synchronized long nanos(int images) {
    return Math.round(atLoad[images - 1] * factor);
  }

  /** The largest batch whose run lasts so long at most; 1 where none does. */
  public synchronized int within(long limitNanos) {
    int images = atLoad.length;
    while (images > 1 && nanos(images) > limitNanos) {
      images--;
    }
    return images;
  }

  /** Nanoseconds of an image in the best batch whose run lasts so long at most. */
  public synchronized double perImage(long limitNanos) {
    double best = nanos(1);
    for (int images = within(limitNanos); images > 1; images--) {
      best = Math.min(best, (double) nanos(images) / images);
    }
    return best;
  }

  /**
   * Notes a run that was made while every core was busy. Runs on an idle machine are faster, and
   * would promise more than there is.
   */
  public synchronized void measured(int images, long nanos) {
    double ratio = Math.min((double) nanos / atLoad[images - 1], STALL * factor);
    double weight = Math.min(MOST_WEIGHT, atLoad[images - 1] * factor / MEMORY);
    factor += weight * (Math.max(ratio, factor / STALL) - factor);
  }
}
