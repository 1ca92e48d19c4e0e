/**
 * What images are worth: where they come from, what a feature network says of them, and the figures
 * of it.
 *
 * <p>Begin with {@link retort.trainer.evaluate.Judge}, which knows the figures, and {@link
 * retort.trainer.evaluate.Evaluation}, which shows an {@link retort.trainer.evaluate.ImageSet} to a
 * {@link retort.trainer.evaluate.FeatureNetwork} and goes on where it was stopped. {@link
 * retort.image.ImageGrid} writes images as one PNG file. The arithmetic of the figures lives in
 * {@code retort.statistics}.
 */
@NullMarked
package retort.trainer.evaluate;

import org.jspecify.annotations.NullMarked;
