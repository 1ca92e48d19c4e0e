/**
 * Makes a denoiser ready to be served in one step: functions from graph to graph, and what the file
 * says of itself. How graphs are written lives in {@code retort.onnx}, whether the result is right
 * in {@link retort.exporter.verify}. Start with {@link retort.exporter.deploy.DistilledGenerator}.
 */
@NullMarked
package retort.exporter.deploy;

import org.jspecify.annotations.NullMarked;
