package retort.noise;

/**
 * A law for noise levels: time is uniform, sigma is the schedule's level at that time.
 *
 * <p>A uniform draw 0 gives the time {@code from}, a draw close to 1 a time close to {@code to},
 * which may be the smaller of the two.
 *
 * @param schedule the noise levels
 * @param from time of the draw 0
 * @param to time that the draws run up to
 */
public record UniformTimeSigma(NoiseSchedule schedule, double from, double to) implements SigmaLaw {

  /** Score identity distillation's law for its generator step: up to 0.8 of EDM's levels. */
  public static final UniformTimeSigma SID = new UniformTimeSigma(KarrasSchedule.EDM, 0.0, 0.8);

  /** The law of EDM's variance-preserving loss: times from 1 down to 0.00001. */
  public static final UniformTimeSigma VARIANCE_PRESERVING =
      new UniformTimeSigma(VariancePreserving.EDM, 1.0, 1e-5);

  /** The law of EDM's variance-exploding loss: ln sigma is uniform from 0.02 to 100. */
  public static final UniformTimeSigma VARIANCE_EXPLODING =
      new UniformTimeSigma(VarianceExploding.EDM, 0.0, 1.0);

  public UniformTimeSigma {
    if (!(Double.isFinite(from) && Double.isFinite(to))) {
      throw new IllegalArgumentException(
          "times run from " + from + " to " + to + " but both must be finite");
    }
  }

  /** The noise level that belongs to a uniform draw in [0, 1). */
  public double sigma(double uniform) {
    return schedule.sigmaAt(from + uniform * (to - from));
  }

  @Override
  public double sigma(UniformDraws draws, long index) {
    return sigma(draws.uniform(index));
  }
}
