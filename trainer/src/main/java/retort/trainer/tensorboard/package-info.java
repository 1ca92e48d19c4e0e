/**
 * A run's statistics, samples and options as an event file, which TensorBoard shows. Start at
 * {@link retort.trainer.tensorboard.EventLog}.
 *
 * <p>Nothing is kept here alone: the file follows from the others in the run's folder.
 */
@NullMarked
package retort.trainer.tensorboard;

import org.jspecify.annotations.NullMarked;
