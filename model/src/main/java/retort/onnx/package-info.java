/**
 * ONNX files: read into a {@link retort.graph.Graph}, written from one.
 *
 * <p>Here lives what concerns the file: the messages, older opsets, which weights are learnt,
 * metadata. What a network computes lives in {@code retort.graph}; whether a file gives the same
 * results in ONNX Runtime is the exporter's business. Start with {@link retort.onnx.OnnxReader} and
 * {@link retort.onnx.OnnxWriter}.
 */
@NullMarked
package retort.onnx;

import org.jspecify.annotations.NullMarked;
