/**
 * Who asks: a Java library over the generated stubs, and the commands built on it. What travels is
 * defined in the proto module; what a model is stays with the server, so nothing here depends on
 * it, and a client needs no native code. Start with {@code retort.proto}, which states what the
 * services promise.
 */
@NullMarked
package retort.clients;

import org.jspecify.annotations.NullMarked;
