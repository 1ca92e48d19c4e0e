package retort.trainer.distill;

/**
 * The moving average of weights, counted in images (Karras et al. 2022): a half-life that grows
 * with the run up to a bound.
 *
 * @param halfLifeImages after how many images an old value counts half, at most
 * @param ramp the half-life as a share of the images seen so far, 0.05 in EDM
 */
public record AverageConfig(double halfLifeImages, double ramp) {
  public AverageConfig {
    if (!(halfLifeImages >= 0 && ramp > 0)) {
      throw new IllegalArgumentException(
          "the average's half-life is "
              + halfLifeImages
              + " images and its ramp "
              + ramp
              + ", but should be at least 0 and above 0");
    }
  }

  /** {@code 0.5^(batch / min(halfLife, ramp * imagesSeen))}, which is 0 at the first step. */
  public double beta(int batch, long imagesSeen) {
    double halfLife = Math.min(halfLifeImages, ramp * imagesSeen);
    return Math.pow(0.5, batch / Math.max(halfLife, 1e-8));
  }
}
