package retort.sampling;

import java.util.Map;
import retort.denoiser.Denoiser;
import retort.denoiser.GeneratorSteps;

/**
 * Takes the steps of a generator one by one, as {@link
 * retort.denoiser.DenoiserModel#generator(GeneratorSteps)} has them in one graph.
 *
 * @param steps the levels to visit, and how to go from one to the next
 */
public record GeneratorSampler(GeneratorSteps steps) implements Sampler {

  @Override
  public double[] sample(
      Denoiser denoiser, float[] noise, Map<String, float[]> conditioning, StepNoise stepNoise) {
    Batch batch = new Batch(denoiser, conditioning, noise.length);
    double[] y = Batch.scaled(noise, steps.sigma(0));
    for (int i = 0; ; i++) {
      double[] denoised = widened(batch.denoise(y, steps.sigma(i)));
      if (i + 1 == steps.count()) {
        return denoised;
      }
      double next = steps.sigma(i + 1);
      y =
          switch (steps.kind()) {
            case RENOISE -> Steps.along(denoised, next, batch.draw(stepNoise, i));
            case EULER -> Steps.between(denoised, y, next / steps.sigma(i));
          };
    }
  }

  private static double[] widened(float[] values) {
    double[] widened = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      widened[i] = values[i];
    }
    return widened;
  }

  @Override
  public int evaluations() {
    return steps.count();
  }
}
