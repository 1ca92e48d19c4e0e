/**
 * Networks ready to run: sessions of ONNX Runtime, and the contract that each reads from its file.
 * The only package that knows the runtime; when and in which order images are made is decided in
 * {@code retort.server.schedule}, which files are open in {@code retort.server.repository}. Start
 * with {@link retort.server.generator.Generator} and {@link retort.server.generator.OnnxFile}.
 */
@NullMarked
package retort.server.generator;

import org.jspecify.annotations.NullMarked;
