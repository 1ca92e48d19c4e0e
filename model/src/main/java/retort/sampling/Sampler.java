package retort.sampling;

import java.util.Map;
import retort.denoiser.Denoiser;

/**
 * A rule for visiting noise levels, from pure noise to a clean image.
 *
 * <p>Samplers are immutable values. One may be used by several threads at once if the denoiser and
 * the step noise allow it.
 */
public interface Sampler {

  /**
   * Samples a batch of N images.
   *
   * @param denoiser the network; called as often as {@link #evaluations} says
   * @param noise {@code [N, C, H, W]} row-major, standard normal; scaled to the first level here
   * @param conditioning passed to every call of the denoiser, see {@link Denoiser#denoise}
   * @param stepNoise fresh noise for the steps that add some; not asked by deterministic samplers
   * @return {@code [N, C, H, W]} row-major, in the denoiser's image range but not clipped to it
   * @throws IllegalArgumentException when {@code noise} is no whole number of images
   * @throws IllegalStateException when the denoiser or the step noise answers with another size
   */
  double[] sample(
      Denoiser denoiser, float[] noise, Map<String, float[]> conditioning, StepNoise stepNoise);

  /** How many times {@link #sample} calls the denoiser. */
  int evaluations();

  /** The same images in single precision. */
  default float[] images(
      Denoiser denoiser, float[] noise, Map<String, float[]> conditioning, StepNoise stepNoise) {
    double[] images = sample(denoiser, noise, conditioning, stepNoise);
    float[] rounded = new float[images.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (float) images[i];
    }
    return rounded;
  }
}
