/**
 * What is seen of a run beside its losses: samples on fixed noise and the signals read off them,
 * the best snapshot, and advice when the run goes wrong. Start at {@link
 * retort.trainer.watch.ImageSignals} and {@link retort.trainer.watch.Adviser}.
 *
 * <p>The metrics live in {@code retort.trainer.evaluate}, the files of a run in {@link
 * retort.trainer.distill.RunFolder}.
 */
@NullMarked
package retort.trainer.watch;

import org.jspecify.annotations.NullMarked;
