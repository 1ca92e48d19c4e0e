package retort.noise;

/**
 * Noise levels in geometric progression, as variance-exploding networks are sampled and trained.
 *
 * <p>Time runs from 0 at {@code sigmaMin} to 1 at {@code sigmaMax}. Karras et al. 2022, Table 1,
 * column VE: equal ratios of sigma squared are equal ratios of sigma.
 *
 * @param sigmaMin the last level before 0
 * @param sigmaMax the level to start from
 */
public record VarianceExploding(double sigmaMin, double sigmaMax) implements NoiseSchedule {

  /** From 0.02 to 100, as in the column VE. */
  public static final VarianceExploding EDM = new VarianceExploding(0.02, 100.0);

  public VarianceExploding {
    SigmaGrid.requireRange(sigmaMin, sigmaMax);
  }

  @Override
  public double sigmaAt(double time) {
    return sigmaMin * Math.pow(sigmaMax / sigmaMin, time);
  }

  @Override
  public double timeOf(double sigma) {
    return Math.log(sigma / sigmaMin) / Math.log(sigmaMax / sigmaMin);
  }

  @Override
  public double[] sigmas(int steps) {
    return SigmaGrid.of(steps, 1.0, 0.0, this::sigmaAt);
  }
}
