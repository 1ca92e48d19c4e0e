/**
 * Where noise comes from and how much of it there is.
 *
 * <p>Two halves. <em>Which noise:</em> {@link retort.noise.GaussianNoise} turns a seed into the
 * same float32 numbers on every machine and in every language, as specified in {@code
 * docs/noise.md}; {@link retort.noise.UniformDraws} is its companion for everything else that is
 * drawn. <em>How much noise:</em> a {@link retort.noise.NoiseSchedule} names the levels sigma that
 * a sampler visits, and {@link retort.noise.LogNormalSigma} and {@link
 * retort.noise.UniformTimeSigma} are the laws that training draws sigma from.
 *
 * <p>Levels are always sigma, the standard deviation of the noise in data units. Timesteps of other
 * conventions stay inside {@link retort.noise.DdpmSchedule}. Preconditioning lives in {@code
 * retort.denoiser}, the solvers in {@code retort.sampling}.
 */
@NullMarked
package retort.noise;

import org.jspecify.annotations.NullMarked;
