/**
 * Plain tensors: what a network takes and gives when nothing is known of images. Neither a runtime
 * nor a wire is known here; {@code retort.server.generator} runs what these types say. Start with
 * {@link retort.server.tensor.TensorModel}.
 */
@NullMarked
package retort.server.tensor;

import org.jspecify.annotations.NullMarked;
