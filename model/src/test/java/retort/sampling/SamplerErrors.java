package retort.sampling;

import java.util.Map;
import retort.denoiser.ImageShape;
import retort.noise.NoiseSchedule;

/** How far a deterministic sampler ends from the exact solution for Gaussian data. */
final class SamplerErrors {

  private static final float[] NOISE = {-1.7f, -0.4f, 0.2f, 0.9f, 1.3f, 2.1f};

  private SamplerErrors() {}

  /** The largest error of a sampler whose first level, in the (y, sigma) form, is sigma. */
  static double largest(Sampler sampler, NoiseSchedule schedule) {
    GaussianDenoiser denoiser = new GaussianDenoiser(new ImageShape(1, 2, 3), 0.25, 1.0);
    double sigma = schedule.sigmas(2)[0];
    double[] images = sampler.sample(denoiser, NOISE, Map.of(), StepNoise.NONE);
    double largest = 0.0;
    for (int i = 0; i < NOISE.length; i++) {
      double exact = denoiser.solution(NOISE[i] * sigma, sigma);
      largest = Math.max(largest, Math.abs(images[i] - exact));
    }
    return largest;
  }
}
