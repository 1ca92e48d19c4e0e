package retort.sampling;

import java.util.Map;
import retort.denoiser.Denoiser;
import retort.noise.NoiseSchedule;

/**
 * DPM-Solver++(2M): one denoiser call a step, yet of second order, since each step also looks at
 * what the denoiser answered the step before.
 *
 * <p>In {@code lambda = -ln sigma} the ODE is linear but for D. A step solves the linear part
 * exactly, and takes for D what it will be half-way, by its change over the step before. With
 * {@code h = ln(sigma / sigma')}, {@code h0} of the step before and {@code r = h0 / h}:
 *
 * <pre>{@code
 * D~ = D + (D - D0) / (2 r)
 * x' = (sigma' / sigma) x + (1 - sigma' / sigma) D~
 * }</pre>
 *
 * <p>The first step, which has none before it, and the last one take D~ = D, which is a step of
 * {@link EulerSampler}. The last one must: it goes to sigma 0, where lambda is infinite. That is
 * also the published rule for few steps. The usual levels are Karras', or levels uniform in lambda
 * ({@link retort.noise.VarianceExploding}).
 *
 * <p>Lu et al., <em>DPM-Solver++: Fast solver for guided sampling of diffusion probabilistic
 * models</em>, 2022, Algorithm 2, with alpha = 1.
 *
 * @param schedule the levels to visit
 * @param steps how many of them
 */
public record MultistepSampler(NoiseSchedule schedule, int steps) implements Sampler {

  public MultistepSampler {
    Steps.require(steps);
  }

  @Override
  public double[] sample(
      Denoiser denoiser, float[] noise, Map<String, float[]> conditioning, StepNoise stepNoise) {
    Batch batch = new Batch(denoiser, conditioning, noise.length);
    double[] sigmas = schedule.sigmas(steps);
    double[] x = Batch.scaled(noise, sigmas[0]);
    float[] before = new float[0];
    for (int i = 0; i < steps; i++) {
      float[] denoised = batch.denoise(x, sigmas[i]);
      boolean straight = i == 0 || i == steps - 1;
      double ahead = straight ? 0 : Math.log(sigmas[i] / sigmas[i + 1]);
      double lean = straight ? 0 : ahead / (2 * Math.log(sigmas[i - 1] / sigmas[i]));
      double kept = sigmas[i + 1] / sigmas[i];
      double[] next = new double[x.length];
      for (int j = 0; j < x.length; j++) {
        double change = straight ? 0 : lean * ((double) denoised[j] - before[j]);
        next[j] = kept * x[j] + (1 - kept) * (denoised[j] + change);
      }
      x = next;
      before = denoised;
    }
    return x;
  }

  @Override
  public int evaluations() {
    return steps;
  }
}
