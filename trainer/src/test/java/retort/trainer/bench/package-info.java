/**
 * Measurements of training steps, started by the scripts in {@code bench/}: speed beside PyTorch
 * eager, and memory over many steps. They are compiled with the tests and not shipped.
 */
@NullMarked
package retort.trainer.bench;

import org.jspecify.annotations.NullMarked;
