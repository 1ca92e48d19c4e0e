/**
 * {@code bench}: what a server holds, measured from outside. It speaks the wire itself rather than
 * through the library, so that it measures the server. What each figure means stands in {@code
 * docs/benchmarking.md}. Start with {@link retort.clients.cli.bench.BenchCommand}.
 */
@NullMarked
package retort.clients.cli.bench;

import org.jspecify.annotations.NullMarked;
