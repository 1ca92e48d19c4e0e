package retort.noise;

/**
 * A law for noise levels: one of the levels of a grid, all of an interval being as likely.
 *
 * <p>Distribution Matching Distillation (Yin et al. 2024) draws from 1,000 levels of Karras et al.
 * 2022, in the order of rising noise: all of them for the fake score network, the 20th to the 980th
 * for the generator.
 *
 * @param schedule the grid's levels
 * @param count how many levels the grid has
 * @param first index of the least level that is drawn, from 0 on
 * @param last index of the highest level that is drawn
 */
public record UniformIndexSigma(KarrasSchedule schedule, int count, int first, int last)
    implements SigmaLaw {
  public UniformIndexSigma {
    if (count < 2 || first < 0 || last < first || last >= count) {
      throw new IllegalArgumentException(
          "noise levels "
              + first
              + " to "
              + last
              + " are to be drawn of "
              + count
              + " but should be in order and below that number");
    }
  }

  /** The level at an index of the grid, from the least to the highest. */
  public double sigmaAt(int index) {
    return schedule.sigmaAt(index / (count - 1.0));
  }

  @Override
  public double sigma(UniformDraws draws, long index) {
    return sigmaAt(first + (int) draws.below(last - first + 1L, index));
  }
}
