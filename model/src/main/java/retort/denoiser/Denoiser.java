package retort.denoiser;

import java.util.Map;

/**
 * The estimate of the clean image behind a noisy one: {@code denoised = D(noisy; sigma,
 * conditioning)}.
 *
 * <p>{@code noisy = image + sigma * noise}, with images in [-1, 1] (or latents) and sigma the noise
 * standard deviation in the same units; the ideal answer is the mean of all images that the noisy
 * one may come from. Timesteps, scaled states and other things to predict are the business of
 * adapters below this interface.
 *
 * <p><strong>Threads.</strong> Unless an implementation promises more, one thread at a time may
 * call it, and an implementation over DJL only the thread that owns the engine. A caller that wants
 * progress or cancellation wraps a denoiser; a sampler makes exactly one call per evaluation.
 */
public interface Denoiser {

  /** The shape {@code [C, H, W]} of the images this denoiser works on. */
  ImageShape imageShape();

  /**
   * Denoises a batch of N images. The arguments are not changed and not kept.
   *
   * @param noisy {@code [N, C, H, W]} row-major
   * @param sigma {@code [N]}, the noise level of each image, positive
   * @param conditioning each named input, {@code [N, K]} row-major, such as {@code label} with the
   *     one-hot label of each image; a name left out means unconditional
   * @return {@code [N, C, H, W]} row-major, a new array that belongs to the caller
   * @throws IllegalArgumentException when a length does not fit the batch, or a name is not an
   *     input of this denoiser
   */
  float[] denoise(float[] noisy, float[] sigma, Map<String, float[]> conditioning);
}
