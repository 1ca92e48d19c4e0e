/**
 * Measurements of a server from outside, started by {@code bench/serving/run.sh}. They are compiled
 * with the tests and not shipped, and use the generated stubs, so that they measure the server and
 * not the client library.
 */
@NullMarked
package retort.clients.bench;

import org.jspecify.annotations.NullMarked;
