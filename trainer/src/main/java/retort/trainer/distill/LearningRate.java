package retort.trainer.distill;

/**
 * A learning rate that rises linearly, stays, and may fall to 0 along a half cosine.
 *
 * @param peak the highest rate
 * @param warmupImages images over which it rises
 * @param decayImages images after which it has fallen to 0; 0 for a rate that never falls
 */
public record LearningRate(double peak, long warmupImages, long decayImages) {
  public LearningRate {
    if (!(peak > 0 && Double.isFinite(peak)) || warmupImages < 0 || decayImages < 0) {
      throw new IllegalArgumentException(
          "the learning rate is "
              + peak
              + " with "
              + warmupImages
              + " images of warm-up and "
              + decayImages
              + " of decay; the rate must be positive and finite and neither number negative");
    }
  }

  /** A rate that never changes. */
  public static LearningRate constant(double rate) {
    return new LearningRate(rate, 0, 0);
  }

  /** The rate of the step before which {@code imagesSeen} images were shown. */
  public double at(long imagesSeen) {
    double rise = warmupImages == 0 ? 1 : Math.min(1.0, (imagesSeen + 1.0) / warmupImages);
    double progress = decayImages == 0 ? 0 : Math.min(1.0, (double) imagesSeen / decayImages);
    return peak * rise * 0.5 * (1 + Math.cos(Math.PI * progress));
  }
}
