/**
 * Images and labels as plain arrays: where they come from, in which order they are shown, and how
 * they are augmented.
 *
 * <p>Start with {@link retort.trainer.data.ImageDataset#open}, which reads IDX files, CIFAR, image
 * folders and zips of images. {@link retort.trainer.data.EpochOrder} says which image comes next,
 * and {@link retort.trainer.data.Augmentation} warps a batch and makes its labels. All three are
 * functions of what they are given: a resumed run sees the images that the uninterrupted one would
 * have seen. Nothing here touches an NDArray, so loader threads may use all of it: {@link
 * retort.trainer.data.Prefetch} has them make what the next steps need.
 */
@NullMarked
package retort.trainer.data;

import org.jspecify.annotations.NullMarked;
