/**
 * What a generator's images are worth: features, the metrics over them, and grids to look at.
 *
 * <p>{@link retort.image.ImageGrid} writes images as one PNG file. The arithmetic of the metrics
 * lives in {@code retort.statistics}.
 */
@NullMarked
package retort.trainer.evaluate;

import org.jspecify.annotations.NullMarked;
