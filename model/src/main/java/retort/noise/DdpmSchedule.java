package retort.noise;

/**
 * The discrete noise levels of a DDPM network, numbered by timestep.
 *
 * <p>{@code abar_t} is the product of {@code 1 - beta} up to timestep t, and sigma the noise over
 * the signal of the variance-preserving state: {@code sqrt((1 - abar_t) / abar_t)}. Between two
 * timesteps sigma is interpolated geometrically, so that {@link #timeOf} inverts {@link #sigmaAt}.
 * Ho et al., <em>Denoising diffusion probabilistic models</em>, 2020; Song et al., <em>Denoising
 * diffusion implicit models</em>, 2021.
 */
public final class DdpmSchedule implements NoiseSchedule {

  /** How the rates beta run from the first timestep to the last. */
  public enum BetaCurve {
    /** Evenly spaced. */
    LINEAR {
      @Override
      double beta(double first, double last, double fraction) {
        return first + fraction * (last - first);
      }
    },
    /** Squares of evenly spaced square roots, as latent diffusion models use. */
    SCALED_LINEAR {
      @Override
      double beta(double first, double last, double fraction) {
        double root = Math.sqrt(first) + fraction * (Math.sqrt(last) - Math.sqrt(first));
        return root * root;
      }
    };

    abstract double beta(double first, double last, double fraction);
  }

  /** Which timesteps a sampler with few steps visits. */
  public enum Spacing {
    /** Multiples of {@code floor(T / steps)}, beginning at 0: the usual one. */
    LEADING {
      @Override
      int timestep(int timesteps, int steps, int i) {
        return (steps - 1 - i) * (timesteps / steps);
      }
    },
    /** Counted down from T - 1. */
    TRAILING {
      @Override
      int timestep(int timesteps, int steps, int i) {
        return (int) Math.rint(timesteps - i * ((double) timesteps / steps)) - 1;
      }
    };

    abstract int timestep(int timesteps, int steps, int i);
  }

  private final double[] alphaBars;
  private final double[] sigmas;
  private final Spacing spacing;

  /**
   * The schedule with {@code timesteps} rates from {@code betaStart} to {@code betaEnd}.
   *
   * @throws IllegalArgumentException when the rates do not lie in (0, 1) in increasing order, or
   *     there are fewer than two
   */
  public DdpmSchedule(
      int timesteps, double betaStart, double betaEnd, BetaCurve curve, Spacing spacing) {
    if (timesteps < 2) {
      throw new IllegalArgumentException(
          "timesteps is " + timesteps + " but must be at least 2: DDPM networks have 1000");
    }
    if (!(betaStart > 0 && betaStart <= betaEnd && betaEnd < 1)) {
      throw new IllegalArgumentException(
          "beta runs from "
              + betaStart
              + " to "
              + betaEnd
              + " but 0 < betaStart <= betaEnd < 1 is needed: DDPM uses 0.0001 to 0.02");
    }
    this.alphaBars = new double[timesteps];
    this.sigmas = new double[timesteps];
    this.spacing = spacing;
    double alphaBar = 1.0;
    for (int t = 0; t < timesteps; t++) {
      alphaBar *= 1.0 - curve.beta(betaStart, betaEnd, (double) t / (timesteps - 1));
      alphaBars[t] = alphaBar;
      sigmas[t] = Math.sqrt((1.0 - alphaBar) / alphaBar);
    }
  }

  /** 1000 timesteps with beta from 0.0001 to 0.02, evenly spaced: the published DDPM networks. */
  public static DdpmSchedule linear() {
    return new DdpmSchedule(1000, 1e-4, 0.02, BetaCurve.LINEAR, Spacing.LEADING);
  }

  /** How many timesteps there are. */
  public int timesteps() {
    return sigmas.length;
  }

  /** The share of the clean image in the variance of the noisy one, at a timestep. */
  public double alphaBarAt(int timestep) {
    return alphaBars[timestep];
  }

  /** The timestep whose sigma is closest to {@code sigma} in ratio. */
  public int nearestTimestep(double sigma) {
    return (int) Math.rint(timeOf(sigma));
  }

  /**
   * The noise level at a timestep or between two.
   *
   * @throws IllegalArgumentException when {@code time} lies outside the timesteps
   */
  @Override
  public double sigmaAt(double time) {
    if (!(time >= 0 && time <= sigmas.length - 1)) {
      throw new IllegalArgumentException(
          "timestep is " + time + " but this network has the timesteps 0 to " + (timesteps() - 1));
    }
    int below = (int) Math.min(Math.floor(time), sigmas.length - 2);
    double fraction = time - below;
    if (fraction == 0.0) {
      return sigmas[below];
    }
    return sigmas[below] * Math.pow(sigmas[below + 1] / sigmas[below], fraction);
  }

  /** The timestep, with its fraction, that has {@code sigma}; the first or last one if outside. */
  @Override
  public double timeOf(double sigma) {
    if (!(sigma > sigmas[0])) {
      return 0.0;
    }
    if (sigma >= sigmas[sigmas.length - 1]) {
      return sigmas.length - 1;
    }
    int below = 0;
    while (sigmas[below + 1] <= sigma) {
      below++;
    }
    return below + Math.log(sigma / sigmas[below]) / Math.log(sigmas[below + 1] / sigmas[below]);
  }

  @Override
  public double[] sigmas(int steps) {
    SigmaGrid.requireSteps(steps);
    if (steps > timesteps()) {
      throw new IllegalArgumentException(
          "steps is " + steps + " but this network has only " + timesteps() + " timesteps");
    }
    double[] visited = new double[steps + 1];
    for (int i = 0; i < steps; i++) {
      visited[i] = sigmas[spacing.timestep(timesteps(), steps, i)];
    }
    return visited;
  }
}
