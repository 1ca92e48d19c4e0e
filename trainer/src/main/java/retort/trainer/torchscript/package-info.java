/**
 * Graphs as TorchScript archives, which DJL's PyTorch engine loads, and how the modules of others
 * are called.
 *
 * <p>The text of a graph comes from {@link retort.graph.TorchScriptMethod}; here it is put into the
 * file format. Running it is the business of {@code retort.trainer.engine}.
 */
@NullMarked
package retort.trainer.torchscript;

import org.jspecify.annotations.NullMarked;
