package retort.sampling;

import java.util.Map;
import retort.denoiser.Denoiser;
import retort.noise.NoiseSchedule;

/**
 * One denoiser call a step, along straight lines: {@code x' = x + (sigma' - sigma) (x - D) /
 * sigma}.
 *
 * <p>For a variance-preserving network this is the deterministic DDIM sampler, in the state {@code
 * y = z / alpha}. First order in the step size.
 *
 * @param schedule the levels to visit
 * @param steps how many of them
 */
public record EulerSampler(NoiseSchedule schedule, int steps) implements Sampler {

  public EulerSampler {
    Steps.require(steps);
  }

  @Override
  public double[] sample(
      Denoiser denoiser, float[] noise, Map<String, float[]> conditioning, StepNoise stepNoise) {
    return sampleFrom(Batch.scaled(noise, schedule.sigmas(steps)[0]), denoiser, conditioning);
  }

  /**
   * Samples from a state that already is at the first level of {@link #schedule}. A DDIM sampler
   * starts from a variance-preserving state z of unit variance: that is {@code z sqrt(1 + sigma^2)}
   * here.
   *
   * @param state {@code [N, C, H, W]} row-major; not changed
   */
  public double[] sampleFrom(double[] state, Denoiser denoiser, Map<String, float[]> conditioning) {
    Batch batch = new Batch(denoiser, conditioning, state.length);
    double[] sigmas = schedule.sigmas(steps);
    double[] x = state.clone();
    for (int i = 0; i < steps; i++) {
      double[] d = batch.slope(x, sigmas[i]);
      x = Steps.along(x, sigmas[i + 1] - sigmas[i], d);
    }
    return x;
  }

  @Override
  public int evaluations() {
    return steps;
  }
}
