package retort.trainer.engine;

/**
 * What is done to the gradients of a step before the optimiser sees them. Values that are not
 * finite are replaced: nan by 0, infinities by a number of the same sign. Then each value is
 * clipped, and then all are scaled together so that their Euclidean norm is not too large.
 *
 * @param infinity what stands for infinity; 1e5 in EDM, 0 in EDM2
 * @param maxValue the largest magnitude of a value; 0 for no bound
 * @param maxNorm the largest norm of all values together; 0 for no bound
 */
public record GradientGuard(double infinity, double maxValue, double maxNorm) {
  /** Gradients are made finite as in EDM, and not bounded. */
  public static final GradientGuard FINITE = new GradientGuard(1e5, 0, 0);

  public GradientGuard {
    if (!(infinity >= 0 && Double.isFinite(infinity) && maxValue >= 0 && maxNorm >= 0)) {
      throw new IllegalArgumentException(
          "gradients are bounded by "
              + maxValue
              + ", their norm by "
              + maxNorm
              + " and infinity becomes "
              + infinity
              + ", but none may be negative and the last must be finite");
    }
  }
}
