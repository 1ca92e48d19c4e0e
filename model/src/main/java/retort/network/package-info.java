/**
 * Networks as functions that build graphs, under the tensor names of the published checkpoints.
 *
 * <p>Only the inner networks live here; what turns one into a denoiser is in {@code
 * retort.denoiser}. Start with {@link retort.network.SongUNet}.
 */
@NullMarked
package retort.network;

import org.jspecify.annotations.NullMarked;
