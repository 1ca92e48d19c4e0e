package retort.trainer.distill;

import retort.denoiser.DenoiserModel;

/** A way to turn a teacher into a generator. */
public interface Distillation extends TrainingMethod {
  /** The denoiser that generates: the signature of the teacher, distilled weights. */
  DenoiserModel result();

  /**
   * Images of the generator that {@link #result} is.
   *
   * @param noise {@code [n, C, H, W]}, standard normal
   * @param labels {@code [n, K]}, empty for an unconditional network
   * @return {@code [n, C, H, W]}, not clipped
   */
  float[] images(float[] noise, float[] labels);
}
