package retort.noise;

/**
 * Noise levels evenly spaced in {@code sigma^(1/rho)}: dense near the clean image.
 *
 * <p>Time runs from 0 at {@code sigmaMin} to 1 at {@code sigmaMax}. Karras et al., <em>Elucidating
 * the design space of diffusion-based generative models</em>, 2022, equation 5.
 *
 * @param sigmaMin the last level before 0
 * @param sigmaMax the level to start from
 * @param rho how strongly small levels are favoured; 1 spaces them evenly
 */
public record KarrasSchedule(double sigmaMin, double sigmaMax, double rho)
    implements NoiseSchedule {

  /** From 0.002 to 80 with rho 7, as all EDM networks are sampled. */
  public static final KarrasSchedule EDM = new KarrasSchedule(0.002, 80.0, 7.0);

  public KarrasSchedule {
    SigmaGrid.requireRange(sigmaMin, sigmaMax);
    if (!(rho > 0 && rho < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "rho is " + rho + " but must be positive and finite: EDM uses 7");
    }
  }

  @Override
  public double sigmaAt(double time) {
    if (time == 0.0) {
      return sigmaMin;
    }
    if (time == 1.0) {
      return sigmaMax;
    }
    double low = root(sigmaMin);
    double high = root(sigmaMax);
    return Math.pow(high + (1.0 - time) * (low - high), rho);
  }

  @Override
  public double timeOf(double sigma) {
    double low = root(sigmaMin);
    return (root(sigma) - low) / (root(sigmaMax) - low);
  }

  @Override
  public double[] sigmas(int steps) {
    return SigmaGrid.of(steps, 1.0, 0.0, this::sigmaAt);
  }

  private double root(double sigma) {
    return Math.pow(sigma, 1.0 / rho);
  }
}
