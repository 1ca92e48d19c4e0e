package retort.noise;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

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
      double beta(double first, double last, int t, int timesteps) {
        return between(first, last, t, timesteps);
      }
    },
    /** Squares of evenly spaced square roots, as latent diffusion models use. */
    SCALED_LINEAR {
      @Override
      double beta(double first, double last, int t, int timesteps) {
        double root = between(Math.sqrt(first), Math.sqrt(last), t, timesteps);
        return root * root;
      }
    },
    /** The logistic function between -6 and 6, scaled (Xu et al., <em>GeoDiff</em>, 2022). */
    SIGMOID {
      @Override
      double beta(double first, double last, int t, int timesteps) {
        return first + (last - first) / (1 + Math.exp(-between(-6, 6, t, timesteps)));
      }
    },
    /**
     * {@code abar} falls like a squared cosine, beta being at most 0.999 whatever the first and
     * last rates: Nichol and Dhariwal, <em>Improved denoising diffusion probabilistic models</em>,
     * 2021, eq. 17.
     */
    SQUARED_COSINE {
      @Override
      double beta(double first, double last, int t, int timesteps) {
        return fall(BetaCurve::squaredCosine, t, timesteps);
      }
    },
    /** {@code abar} falls as diffusers' {@code laplace} does, whatever the first and last rates. */
    LAPLACE {
      @Override
      double beta(double first, double last, int t, int timesteps) {
        return fall(BetaCurve::laplace, t, timesteps);
      }
    };

    private static final double LARGEST_FALL = 0.999;

    abstract double beta(double first, double last, int t, int timesteps);

    private static double between(double first, double last, int t, int timesteps) {
      return first + (double) t / (timesteps - 1) * (last - first);
    }

    private static double fall(DoubleUnaryOperator signal, int t, int timesteps) {
      double before = signal.applyAsDouble((double) t / timesteps);
      double after = signal.applyAsDouble((t + 1.0) / timesteps);
      return Math.min(1 - after / before, LARGEST_FALL);
    }

    private static double squaredCosine(double time) {
      double root = Math.cos((time + 0.008) / 1.008 * Math.PI / 2);
      return root * root;
    }

    private static double laplace(double time) {
      double fromMiddle = 0.5 - time;
      double tail = Math.log(1 - 2 * Math.abs(fromMiddle) + 1e-6);
      double snr = Math.exp(-0.5 * Math.copySign(1, fromMiddle) * tail);
      return Math.sqrt(snr / (1 + snr));
    }
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
    },
    /** Evenly spaced from T - 1 to 0. */
    LINSPACE {
      @Override
      int timestep(int timesteps, int steps, int i) {
        double fraction = steps == 1 ? 1.0 : (steps - 1.0 - i) / (steps - 1);
        return (int) Math.rint(fraction * (timesteps - 1));
      }
    };

    abstract int timestep(int timesteps, int steps, int i);
  }

  /** Beyond any table that is trained on; each timestep is looked at for each image. */
  private static final int MOST_TIMESTEPS = 100_000;

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
    this(products(rates(timesteps, betaStart, betaEnd, curve)), spacing);
  }

  private DdpmSchedule(double[] alphaBars, Spacing spacing) {
    this.alphaBars = alphaBars;
    this.spacing = spacing;
    sigmas = new double[alphaBars.length];
    for (int t = 0; t < sigmas.length; t++) {
      sigmas[t] = Math.sqrt((1.0 - alphaBars[t]) / alphaBars[t]);
    }
    int last = sigmas.length - 1;
    if (alphaBars[last] == 0) {
      sigmas[last] = 2 * sigmas[last - 1];
      alphaBars[last] = 1 / (1 + sigmas[last] * sigmas[last]);
    }
  }

  /**
   * The schedule of the rates {@code betas}.
   *
   * @throws IllegalArgumentException when the rates do not lie in (0, 1), or there are fewer than
   *     two; the last one may be 1
   */
  public static DdpmSchedule ofBetas(double[] betas, Spacing spacing) {
    requireTimesteps(betas.length);
    for (int t = 0; t < betas.length; t++) {
      if (!(betas[t] > 0 && (betas[t] < 1 || (betas[t] == 1 && t == betas.length - 1)))) {
        throw new IllegalArgumentException(
            "beta is " + betas[t] + " at timestep " + t + " but must lie between 0 and 1");
      }
    }
    return new DdpmSchedule(products(betas), spacing);
  }

  private static void requireTimesteps(int timesteps) {
    if (timesteps < 2 || timesteps > MOST_TIMESTEPS) {
      throw new IllegalArgumentException(
          "timesteps is "
              + timesteps
              + " but must be at least 2 and at most "
              + MOST_TIMESTEPS
              + ": DDPM networks have 1000");
    }
  }

  private static double[] rates(int timesteps, double betaStart, double betaEnd, BetaCurve curve) {
    requireTimesteps(timesteps);
    if (!(betaStart > 0 && betaStart <= betaEnd && betaEnd < 1)) {
      throw new IllegalArgumentException(
          "beta runs from "
              + betaStart
              + " to "
              + betaEnd
              + " but 0 < betaStart <= betaEnd < 1 is needed: DDPM uses 0.0001 to 0.02");
    }
    double[] betas = new double[timesteps];
    Arrays.setAll(betas, t -> curve.beta(betaStart, betaEnd, t, timesteps));
    return betas;
  }

  private static double[] products(double[] betas) {
    double[] alphaBars = new double[betas.length];
    double alphaBar = 1.0;
    for (int t = 0; t < betas.length; t++) {
      alphaBar *= 1.0 - betas[t];
      alphaBars[t] = alphaBar;
    }
    return alphaBars;
  }

  /**
   * The same schedule rescaled so that nothing of the image is left at the last timestep (Lin et
   * al., <em>Common diffusion noise schedules and sample steps are flawed</em>, 2024, algorithm 1).
   *
   * <p>Such a timestep has no finite sigma; here, and wherever the last rate is 1, it has twice the
   * sigma of the timestep before it, which leaves next to nothing.
   */
  public DdpmSchedule endingInNoise() {
    double first = Math.sqrt(alphaBars[0]);
    double last = Math.sqrt(alphaBars[alphaBars.length - 1]);
    double[] rescaled = new double[alphaBars.length];
    for (int t = 0; t < rescaled.length; t++) {
      double signal = (Math.sqrt(alphaBars[t]) - last) * first / (first - last);
      rescaled[t] = signal * signal;
    }
    return new DdpmSchedule(rescaled, spacing);
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

  /** {@link #alphaBarAt} of all timesteps, a new array. */
  public double[] alphaBars() {
    return alphaBars.clone();
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
