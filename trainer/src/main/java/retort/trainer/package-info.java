/**
 * How a generator learns: the commands teach, sample, distill and evaluate, and the packages under
 * this one that do the work. DJL appears in this module only. What a network is lives in the model
 * module, and what becomes of a generator afterwards in the exporter: they meet in ONNX files.
 * Start with {@code Main}, then follow one command into its package.
 */
@NullMarked
package retort.trainer;

import org.jspecify.annotations.NullMarked;
