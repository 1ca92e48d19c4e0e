/**
 * The commands of a client: generate, stream, and demo, which takes the whole journey. They are
 * built on {@code retort.clients} and know a server by its address only. Start with {@code Main}.
 */
@NullMarked
package retort.clients.cli;

import org.jspecify.annotations.NullMarked;
