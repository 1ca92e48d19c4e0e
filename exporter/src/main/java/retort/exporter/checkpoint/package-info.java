/**
 * Published weights become tensors by name and a configuration: pickles of EDM, EDM2 and their
 * distillations, PyTorch's files, safetensors, diffusers folders and NumPy's archives. Nothing in a
 * file is ever run: a pickle is a list of instructions that {@link
 * retort.exporter.checkpoint.PickleMachine} follows over inert values, and tensors stay in the file
 * until somebody asks for them. What a network does with its tensors lives in {@code
 * retort.network}. Start with {@link retort.exporter.checkpoint.Checkpoint}.
 */
@NullMarked
package retort.exporter.checkpoint;

import org.jspecify.annotations.NullMarked;
