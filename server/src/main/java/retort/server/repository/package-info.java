/**
 * The models of a folder while a server runs: which files and versions there are, which are open,
 * and how one takes the place of another under live calls. What a file becomes is decided in {@code
 * retort.server.generator}; who asks is in {@code retort.server.grpc}. Start with {@link
 * retort.server.repository.ModelRepository}.
 */
@NullMarked
package retort.server.repository;

import org.jspecify.annotations.NullMarked;
