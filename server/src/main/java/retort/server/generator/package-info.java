/**
 * Generators ready to run: sessions of ONNX Runtime, and the contract that each reads from its
 * file. The only package that knows the runtime; when and in which order images are made is decided
 * in {@code retort.server.schedule}. Start with {@link retort.server.generator.Generator} and
 * {@link retort.server.generator.ModelFolder}.
 */
@NullMarked
package retort.server.generator;

import org.jspecify.annotations.NullMarked;
