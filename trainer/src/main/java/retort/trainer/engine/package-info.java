/**
 * Everything that touches an NDArray: programs compiled from graphs, weights, the optimiser, the
 * moving average.
 *
 * <p>{@link retort.trainer.engine.Torch} is the engine; the thread that opens it owns it and every
 * array, and no array leaves this package's callers on another thread. What to optimise is not
 * decided here but in {@code retort.trainer.distill}.
 */
@NullMarked
package retort.trainer.engine;

import org.jspecify.annotations.NullMarked;
