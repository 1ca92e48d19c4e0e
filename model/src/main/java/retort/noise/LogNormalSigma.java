package retort.noise;

/**
 * The law that EDM training draws noise levels from: ln sigma is normal.
 *
 * <p>Karras et al. 2022, Table 1, column "EDM", training.
 *
 * @param pMean mean of ln sigma
 * @param pStd standard deviation of ln sigma
 */
public record LogNormalSigma(double pMean, double pStd) implements SigmaLaw {

  /** Mean -1.2 and deviation 1.2, as all EDM networks were trained. */
  public static final LogNormalSigma EDM = new LogNormalSigma(-1.2, 1.2);

  public LogNormalSigma {
    if (!(Double.isFinite(pMean) && pStd > 0 && Double.isFinite(pStd))) {
      throw new IllegalArgumentException(
          "ln sigma has mean "
              + pMean
              + " and standard deviation "
              + pStd
              + " but the mean must be finite and the deviation positive: EDM uses -1.2 and 1.2");
    }
  }

  /** The noise level that belongs to a standard normal draw. */
  public double sigma(double normal) {
    return Math.exp(pMean + pStd * normal);
  }

  @Override
  public double sigma(UniformDraws draws, long index) {
    return sigma(draws.normal(index));
  }
}
