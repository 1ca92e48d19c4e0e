/**
 * Multi-step samplers: noise to images by many calls of a denoiser.
 *
 * <p>{@link retort.sampling.HeunSampler} is the one to use; {@link
 * retort.sampling.MultistepSampler} (DPM-Solver++) is the one for few network calls; {@link
 * retort.sampling.EulerSampler} is DDIM; {@link retort.sampling.PathSampler} is the general form,
 * for networks trained on other diffusions. All keep their state in float64 on plain arrays and
 * know a network only as a {@link retort.denoiser.Denoiser}. The levels they visit come from {@code
 * retort.noise}. Batching, progress and the encoding of images are the caller's. One-step
 * generators need none of this.
 */
@NullMarked
package retort.sampling;

import org.jspecify.annotations.NullMarked;
