/**
 * What serving is measured against, started by {@code bench/serving/run.sh}. Compiled with the
 * tests and not shipped.
 */
@NullMarked
package retort.server.bench;

import org.jspecify.annotations.NullMarked;
