package retort.noise;

/**
 * Noise levels of the continuous variance-preserving diffusion.
 *
 * <p>{@code sigma(t)^2 + 1 = exp(betaD t^2 / 2 + betaMin t)}, for times from {@code epsilonS} to 1.
 * Karras et al. 2022, Table 1, column VP.
 *
 * @param betaD slope of the noising rate, per unit of time
 * @param betaMin noising rate at time 0; slightly negative where a range of levels asks for it
 * @param epsilonS the smallest time visited
 */
public record VariancePreserving(double betaD, double betaMin, double epsilonS)
    implements NoiseSchedule {

  /** Rates 0.1 to 20 and smallest time 0.001, as in the column VP. */
  public static final VariancePreserving EDM = new VariancePreserving(19.9, 0.1, 1e-3);

  public VariancePreserving {
    if (!(epsilonS > 0 && epsilonS < 1)) {
      throw new IllegalArgumentException(
          "epsilonS is " + epsilonS + " but must lie between 0 and 1: EDM uses 0.001");
    }
    if (!(betaD > 0 && 0.5 * betaD * epsilonS + betaMin > 0 && Double.isFinite(betaD + betaMin))) {
      throw new IllegalArgumentException(
          "betaD "
              + betaD
              + " and betaMin "
              + betaMin
              + " give no positive noise level at time "
              + epsilonS
              + ": EDM uses 19.9 and 0.1");
    }
  }

  /** The schedule that has {@code sigmaMin} at time {@code epsilonS} and {@code sigmaMax} at 1. */
  public static VariancePreserving spanning(double sigmaMin, double sigmaMax, double epsilonS) {
    SigmaGrid.requireRange(sigmaMin, sigmaMax);
    double low = Math.log1p(sigmaMin * sigmaMin);
    double high = Math.log1p(sigmaMax * sigmaMax);
    double betaD = 2.0 * (high - low / epsilonS) / (1.0 - epsilonS);
    return new VariancePreserving(betaD, high - 0.5 * betaD, epsilonS);
  }

  @Override
  public double sigmaAt(double time) {
    return Math.sqrt(Math.expm1((0.5 * betaD * time + betaMin) * time));
  }

  /** The derivative of {@link #sigmaAt} with respect to time. */
  public double sigmaDerivativeAt(double time) {
    double sigma = sigmaAt(time);
    return 0.5 * (betaMin + betaD * time) * (sigma + 1.0 / sigma);
  }

  @Override
  public double timeOf(double sigma) {
    double exponent = Math.log1p(sigma * sigma);
    return (Math.sqrt(betaMin * betaMin + 2.0 * betaD * exponent) - betaMin) / betaD;
  }

  @Override
  public double[] sigmas(int steps) {
    return SigmaGrid.of(steps, 1.0, epsilonS, this::sigmaAt);
  }
}
