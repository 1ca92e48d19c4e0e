/**
 * What a teacher is: a function from a noisy image and its noise level to the clean image.
 *
 * <p>{@link retort.denoiser.Denoiser} is the one language that samplers, losses and engines share.
 * {@link retort.denoiser.Preconditioning}, the adapters for networks that predict something else,
 * and the signature and metadata of denoiser files live here too. How noise levels are chosen is in
 * {@code retort.noise}, how they are visited in {@code retort.sampling}; the engines that run a
 * denoiser are in other modules.
 */
@NullMarked
package retort.denoiser;

import org.jspecify.annotations.NullMarked;
