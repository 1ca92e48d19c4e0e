package retort.trainer.distill;

import java.util.Optional;
import retort.denoiser.DenoiserModel;
import retort.sampling.StepNoise;

/** A way to turn a teacher into a generator. */
public interface Distillation extends TrainingMethod {
  /**
   * The denoiser that generates: the signature of the teacher, distilled weights, and the {@link
   * retort.denoiser.GeneratorSteps} that make images of it.
   */
  DenoiserModel result();

  /**
   * Images of the generator that {@link #result} is.
   *
   * @param noise {@code [n, C, H, W]}, standard normal
   * @param labels {@code [n, K]}, empty for an unconditional network
   * @return {@code [n, C, H, W]}, not clipped
   */
  float[] images(float[] noise, float[] labels);

  /**
   * The same images of a generator whose later steps add noise.
   *
   * @param added that noise; not asked by the other generators
   */
  default float[] images(float[] noise, float[] labels, StepNoise added) {
    return images(noise, labels);
  }

  /**
   * What a run that ends after so many images has missed of the method, as a sentence; empty where
   * nothing is missing.
   */
  default Optional<String> unfinished(long images) {
    return Optional.empty();
  }
}
