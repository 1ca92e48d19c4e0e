package retort.sampling;

import java.util.Map;
import retort.denoiser.Denoiser;
import retort.noise.NoiseSchedule;

/**
 * The general EDM sampler: any time, any scaling of the state, first or second order.
 *
 * <p>The state is {@code x = s(t) (image + sigma(t) noise)} and follows
 *
 * <pre>{@code
 * dx/dt = (sigma'/sigma + s'/s) x - (sigma' s / sigma) D(x / s; sigma).
 * }</pre>
 *
 * <p>With {@link NoisePath#LINEAR} and {@link StateScaling#NONE} it is {@link HeunSampler}; with
 * the variance-preserving path and scaling it is the sampler of networks trained that way. Karras
 * et al. 2022, Algorithms 1 and 2 and Table 1.
 *
 * @param schedule the levels to visit
 * @param steps how many of them
 * @param order the solver
 * @param path the time in which a step is straight
 * @param scaling the scaling of the state
 * @param churn the fresh noise; {@link Churn#NONE} follows the ODE
 */
public record PathSampler(
    NoiseSchedule schedule,
    int steps,
    Order order,
    NoisePath path,
    StateScaling scaling,
    Churn churn)
    implements Sampler {

  /** How a step is taken. */
  public enum Order {
    /** Along the slope at its beginning: one call. */
    EULER,
    /** Along the mean of the slopes at both ends: two calls, except for the last step. */
    HEUN
  }

  public PathSampler {
    Steps.require(steps);
  }

  @Override
  public double[] sample(
      Denoiser denoiser, float[] noise, Map<String, float[]> conditioning, StepNoise stepNoise) {
    Batch batch = new Batch(denoiser, conditioning, noise.length);
    double[] times = times();
    double sigmaStart = path.sigma(times[0]);
    double[] x = Batch.scaled(noise, sigmaStart * scaling.scale(sigmaStart));
    for (int i = 0; i < steps; i++) {
      double t = times[i];
      double gamma = churn.gamma(path.sigma(t), steps);
      if (gamma > 0) {
        double raised = path.time(path.sigma(t) * (1.0 + gamma));
        x = raise(x, t, raised, batch.draw(stepNoise, i));
        t = raised;
      }
      double h = times[i + 1] - t;
      double[] d = slope(batch, x, t);
      double[] euler = Steps.along(x, h, d);
      boolean straight = order == Order.EULER || i == steps - 1;
      x = straight ? euler : Steps.along(x, h, d, slope(batch, euler, times[i + 1]));
    }
    return x;
  }

  @Override
  public int evaluations() {
    return order == Order.EULER ? steps : 2 * steps - 1;
  }

  private double[] times() {
    double[] times = schedule.sigmas(steps);
    for (int i = 0; i < steps; i++) {
      times[i] = path.time(times[i]);
    }
    return times;
  }

  /** The state at time t, with noise added so that it becomes a state of the later time. */
  private double[] raise(double[] x, double t, double raised, double[] noise) {
    double sigma = path.sigma(t);
    double sigmaRaised = path.sigma(raised);
    double s = scaling.scale(sigmaRaised);
    double kept = s / scaling.scale(sigma);
    double variance = Math.max(sigmaRaised * sigmaRaised - sigma * sigma, 0.0);
    double added = Math.sqrt(variance) * s * churn.sNoise();
    double[] next = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      next[i] = kept * x[i] + added * noise[i];
    }
    return next;
  }

  private double[] slope(Batch batch, double[] x, double t) {
    double sigma = path.sigma(t);
    double sigmaDerivative = path.sigmaDerivative(t);
    double s = scaling.scale(sigma);
    double[] unscaled = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      unscaled[i] = x[i] / s;
    }
    float[] denoised = batch.denoise(unscaled, sigma);
    double towardsState = sigmaDerivative / sigma + scaling.derivative(sigma) * sigmaDerivative / s;
    double towardsImage = sigmaDerivative * s / sigma;
    double[] slope = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      slope[i] = towardsState * x[i] - towardsImage * denoised[i];
    }
    return slope;
  }
}
