package retort.sampling;

/**
 * The factor s by which the state is scaled while the ODE is solved, as a function of sigma.
 *
 * <p>Karras et al. 2022, Table 1, row "Scaling".
 */
public enum StateScaling {
  /** {@code s = 1}. */
  NONE {
    @Override
    double scale(double sigma) {
      return 1.0;
    }

    @Override
    double derivative(double sigma) {
      return 0.0;
    }
  },
  /** {@code s = 1 / sqrt(1 + sigma^2)}, which keeps the variance of the state near that of data. */
  VARIANCE_PRESERVING {
    @Override
    double scale(double sigma) {
      return 1.0 / Math.sqrt(1.0 + sigma * sigma);
    }

    @Override
    double derivative(double sigma) {
      double s = scale(sigma);
      return -sigma * s * s * s;
    }
  };

  abstract double scale(double sigma);

  /** The derivative of {@link #scale} with respect to sigma. */
  abstract double derivative(double sigma);
}
