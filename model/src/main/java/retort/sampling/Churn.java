package retort.sampling;

/**
 * How much fresh noise a stochastic sampler adds before each step.
 *
 * <p>At a level within [sMin, sMax] the level is first raised by the factor {@code 1 + gamma},
 * gamma = min(sChurn / steps, sqrt(2) - 1). Karras et al. 2022, Algorithm 2.
 *
 * @param sChurn total amount, over all steps; 0 makes the sampler deterministic
 * @param sMin the smallest level that is raised
 * @param sMax the largest level that is raised
 * @param sNoise standard deviation of the added noise, slightly above 1 to make up for lost detail
 */
public record Churn(double sChurn, double sMin, double sMax, double sNoise) {

  /** No fresh noise: the sampler follows the ODE. */
  public static final Churn NONE = new Churn(0.0, 0.0, Double.POSITIVE_INFINITY, 1.0);

  private static final double LARGEST_GAMMA = Math.sqrt(2.0) - 1.0;

  public Churn {
    if (!(sChurn >= 0 && Double.isFinite(sChurn) && sMin >= 0 && sMin <= sMax && sNoise >= 0)) {
      throw new IllegalArgumentException(
          "churn "
              + sChurn
              + " between "
              + sMin
              + " and "
              + sMax
              + " with noise "
              + sNoise
              + ": none may be negative, and the smallest level must not exceed the largest");
    }
  }

  /** By which share the level {@code sigma} is raised, in a run of {@code steps} steps. */
  public double gamma(double sigma, int steps) {
    return sigma >= sMin && sigma <= sMax ? Math.min(sChurn / steps, LARGEST_GAMMA) : 0.0;
  }
}
