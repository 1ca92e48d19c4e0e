/**
 * Everything that emits ONNX files: public checkpoints become teachers, generators become files
 * that any ONNX Runtime can serve. Here live the commands and what they share; what a graph is and
 * how it is written lives in {@code retort.graph} and {@code retort.onnx}, and running an exported
 * file lives in {@link retort.exporter.verify}. Nothing here trains or serves. Start with the
 * command whose file you want to understand.
 */
@NullMarked
package retort.exporter;

import org.jspecify.annotations.NullMarked;
