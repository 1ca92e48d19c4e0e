/**
 * Networks as functions that build graphs, under the tensor names of the published checkpoints.
 *
 * <p>Only the inner networks live here; what turns one into a denoiser is in {@code
 * retort.denoiser}. Start with {@link retort.network.SongUNet}; {@link retort.network.EdmUNet}
 * makes one from published arguments, {@link retort.network.RecognizedUNet} from its tensors alone.
 */
@NullMarked
package retort.network;

import org.jspecify.annotations.NullMarked;
