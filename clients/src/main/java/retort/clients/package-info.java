/**
 * The Java library: a connection to a server, images by request, frames as they come. It gives
 * bytes and sizes; what turns them into pictures is {@code retort.clients.cli}. What travels is
 * defined in the proto module, and what a model is stays with the server, so nothing here needs
 * native code. Start with {@link retort.clients.RetortClient}.
 */
@NullMarked
package retort.clients;

import org.jspecify.annotations.NullMarked;
