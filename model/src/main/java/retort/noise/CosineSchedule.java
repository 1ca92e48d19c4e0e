package retort.noise;

/**
 * The cosine schedule of progressive distillation, cut off at two log signal-to-noise ratios.
 *
 * <p>At time u the variance-preserving state has signal {@code cos(a u + b)} and noise {@code sin(a
 * u + b)}, so sigma is {@code tan(a u + b)} and the log signal-to-noise ratio {@code -2 ln tan(a u
 * + b)}; a and b put the two given ratios at times 1 and 0. Salimans and Ho, <em>Progressive
 * distillation for fast sampling of diffusion models</em>, 2022.
 *
 * @param logSnrMin the log signal-to-noise ratio at time 1, the noisiest
 * @param logSnrMax the log signal-to-noise ratio at time 0, the cleanest
 */
public record CosineSchedule(double logSnrMin, double logSnrMax) implements NoiseSchedule {

  /** From -20 to 20, as published. */
  public static final CosineSchedule STANDARD = new CosineSchedule(-20.0, 20.0);

  public CosineSchedule {
    if (!(logSnrMin < logSnrMax && Double.isFinite(logSnrMin) && Double.isFinite(logSnrMax))) {
      throw new IllegalArgumentException(
          "the log signal-to-noise ratios run from "
              + logSnrMin
              + " to "
              + logSnrMax
              + " but must increase and be finite: progressive distillation uses -20 and 20");
    }
  }

  @Override
  public double sigmaAt(double time) {
    return Math.tan(angleAt(time));
  }

  /** The log signal-to-noise ratio at a time: {@code -2 ln sigma}. */
  public double logSnrAt(double time) {
    return -2.0 * Math.log(sigmaAt(time));
  }

  /** The factor of the clean image in the variance-preserving state: {@code 1/sqrt(1+sigma^2)}. */
  public double alphaAt(double time) {
    return Math.cos(angleAt(time));
  }

  @Override
  public double timeOf(double sigma) {
    return (Math.atan(sigma) - angleOf(logSnrMax)) / (angleOf(logSnrMin) - angleOf(logSnrMax));
  }

  /** Times 1, 1 - 1/steps, ..., 1/steps, then sigma 0: the last step returns the clean image. */
  @Override
  public double[] sigmas(int steps) {
    return SigmaGrid.of(steps, 1.0, 1.0 / Math.max(steps, 1), this::sigmaAt);
  }

  private double angleAt(double time) {
    double first = angleOf(logSnrMax);
    return (angleOf(logSnrMin) - first) * time + first;
  }

  private static double angleOf(double logSnr) {
    return Math.atan(Math.exp(-0.5 * logSnr));
  }
}
