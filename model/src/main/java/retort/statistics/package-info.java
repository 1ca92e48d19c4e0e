/**
 * How far two sets of images are apart, and the files that features and statistics come in.
 *
 * <p>Begin with {@link retort.statistics.FeatureRows}: what a feature network says about each
 * image. {@link retort.statistics.Moments} condenses rows to mean and covariance and merges exactly
 * across workers, {@link retort.statistics.FrechetDistance} compares two of those; {@link
 * retort.statistics.KernelDistance} and {@link retort.statistics.PrecisionRecall} compare the rows
 * themselves, and {@link retort.statistics.InceptionScore} scores logits. {@link
 * retort.statistics.NpyFile} and {@link retort.statistics.NpzFile} read and write NumPy's files as
 * {@link retort.statistics.NpyArray}. Feature networks and the images are elsewhere.
 */
@NullMarked
package retort.statistics;

import org.jspecify.annotations.NullMarked;
