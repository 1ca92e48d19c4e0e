package retort.noise;

/**
 * A family of noise levels: which sigmas a sampler visits, and how they are laid out over a time.
 *
 * <p>Every schedule has a time of its own that grows with sigma. A sampler asks for {@link
 * #sigmas}; a loss draws a time and asks for {@link #sigmaAt}. All schedules are immutable and safe
 * to share between threads.
 */
public sealed interface NoiseSchedule
    permits KarrasSchedule, VariancePreserving, VarianceExploding, CosineSchedule, DdpmSchedule {

  /** The noise level at a time of this schedule, in data units. */
  double sigmaAt(double time);

  /** The time at which the noise level is {@code sigma}: the inverse of {@link #sigmaAt}. */
  double timeOf(double sigma);

  /**
   * The levels that a sampler of {@code steps} steps visits: {@code steps} decreasing sigmas, the
   * first being the level to start from, and a last entry 0.
   *
   * @throws IllegalArgumentException when {@code steps} is less than 1
   */
  double[] sigmas(int steps);
}
