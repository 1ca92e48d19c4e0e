/**
 * A teacher in closed form, a mixture of Gaussians in the plane, and how close generators come to
 * it: what {@code examples/gaussian-mixture} is made with and measured by.
 *
 * <p>Start with {@link retort.trainer.mixture.GaussianMixture}; {@link
 * retort.trainer.mixture.MixtureTeacher} makes the example's files.
 */
@NullMarked
package retort.trainer.mixture;

import org.jspecify.annotations.NullMarked;
