/**
 * How fast exported files are, started by {@code bench/export/run.sh}. Compiled with the tests and
 * not shipped.
 */
@NullMarked
package retort.exporter.bench;

import org.jspecify.annotations.NullMarked;
