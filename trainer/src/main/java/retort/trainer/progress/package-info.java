/**
 * What a long command shows while it works, and how it is asked to stop. What it does meanwhile
 * lives elsewhere: begin with {@link retort.trainer.progress.Progress}.
 */
@NullMarked
package retort.trainer.progress;

import org.jspecify.annotations.NullMarked;
