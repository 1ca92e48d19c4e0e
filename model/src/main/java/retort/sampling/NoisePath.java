package retort.sampling;

import retort.noise.VariancePreserving;

/**
 * The time in which the probability-flow ODE is solved: sigma as a function of t.
 *
 * <p>The solution does not depend on it, the discretisation error does: a step is straight in t.
 * Karras et al. 2022, Table 1, row "Schedule".
 */
public interface NoisePath {

  /** {@code sigma(t) = t}: EDM's choice. */
  NoisePath LINEAR =
      new NoisePath() {
        @Override
        public double sigma(double t) {
          return t;
        }

        @Override
        public double sigmaDerivative(double t) {
          return 1.0;
        }

        @Override
        public double time(double sigma) {
          return sigma;
        }
      };

  /** {@code sigma(t) = sqrt(t)}: the variance-exploding diffusion. */
  NoisePath SQUARE_ROOT =
      new NoisePath() {
        @Override
        public double sigma(double t) {
          return Math.sqrt(t);
        }

        @Override
        public double sigmaDerivative(double t) {
          return 0.5 / Math.sqrt(t);
        }

        @Override
        public double time(double sigma) {
          return sigma * sigma;
        }
      };

  /** The variance-preserving diffusion with the rates of {@code schedule}. */
  static NoisePath variancePreserving(VariancePreserving schedule) {
    return new NoisePath() {
      @Override
      public double sigma(double t) {
        return schedule.sigmaAt(t);
      }

      @Override
      public double sigmaDerivative(double t) {
        return schedule.sigmaDerivativeAt(t);
      }

      @Override
      public double time(double sigma) {
        return schedule.timeOf(sigma);
      }
    };
  }

  /** The noise level at time {@code t}; 0 at time 0. */
  double sigma(double t);

  /** The derivative of {@link #sigma} at a time above 0. */
  double sigmaDerivative(double t);

  /** The time of a noise level: the inverse of {@link #sigma}. */
  double time(double sigma);
}
