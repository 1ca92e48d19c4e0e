package retort.sampling;

import java.util.Map;
import retort.denoiser.Denoiser;
import retort.noise.NoiseSchedule;

/**
 * The EDM sampler: Heun's second-order method with optional fresh noise.
 *
 * <p>A step goes along the slope {@code d = (x - D(x; sigma)) / sigma} to the next level, measures
 * the slope there, and goes again along the mean of the two. The last step, to sigma 0, is a plain
 * Euler step. With churn, each step first raises its level by adding noise. Second order in the
 * step size without churn; {@code 2 steps - 1} denoiser calls.
 *
 * <p>Karras et al., <em>Elucidating the design space of diffusion-based generative models</em>,
 * 2022, Algorithms 1 and 2 with sigma(t) = t and s(t) = 1. {@link PathSampler} is the general form.
 *
 * @param schedule the levels to visit
 * @param steps how many of them
 * @param churn the fresh noise; {@link Churn#NONE} follows the ODE
 */
public record HeunSampler(NoiseSchedule schedule, int steps, Churn churn) implements Sampler {

  public HeunSampler {
    Steps.require(steps);
  }

  /** Without fresh noise. */
  public HeunSampler(NoiseSchedule schedule, int steps) {
    this(schedule, steps, Churn.NONE);
  }

  @Override
  public double[] sample(
      Denoiser denoiser, float[] noise, Map<String, float[]> conditioning, StepNoise stepNoise) {
    Batch batch = new Batch(denoiser, conditioning, noise.length);
    double[] sigmas = schedule.sigmas(steps);
    double[] x = Batch.scaled(noise, sigmas[0]);
    for (int i = 0; i < steps; i++) {
      double sigma = sigmas[i];
      double next = sigmas[i + 1];
      double gamma = churn.gamma(sigma, steps);
      if (gamma > 0) {
        double raised = sigma * (1.0 + gamma);
        double added = Math.sqrt(raised * raised - sigma * sigma) * churn.sNoise();
        x = Steps.along(x, added, batch.draw(stepNoise, i));
        sigma = raised;
      }
      double h = next - sigma;
      double[] d = batch.slope(x, sigma);
      double[] euler = Steps.along(x, h, d);
      x = i == steps - 1 ? euler : Steps.along(x, h, d, batch.slope(euler, next));
    }
    return x;
  }

  @Override
  public int evaluations() {
    return 2 * steps - 1;
  }
}
