/**
 * Published networks that turn images into features, by which sets of images or two images are
 * compared: builders that take the tensors of a file by their published names.
 *
 * <p>Reading files is not done here, nor is training: a classifier of our own is {@link
 * retort.network.ConvClassifier}. Start with {@link
 * retort.network.features.PublishedFeatures#recognise} for networks of one image, and with {@link
 * retort.network.features.Lpips} for the distance of two.
 */
@NullMarked
package retort.network.features;

import org.jspecify.annotations.NullMarked;
