package retort.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.Denoiser;
import retort.denoiser.ImageShape;
import retort.noise.KarrasSchedule;
import retort.noise.NoiseSchedule;
import retort.noise.VarianceExploding;

class MultistepSamplerTest {
  private static final KarrasSchedule KARRAS = new KarrasSchedule(1e-3, 80.0, 7.0);

  private static final NoiseSchedule EVEN = new VarianceExploding(0.02, 20.0);
  private static final ImageShape PIXELS = new ImageShape(1, 1, 4);
  private static final float[] NOISE = {-1.1f, -0.3f, 0.6f, 1.8f};

  /** The network's input and answer are rounded to float32. */
  private static final double SINGLE = 1e-6;

  private static double[] images(Sampler sampler, Denoiser denoiser) {
    return sampler.sample(denoiser, NOISE, Map.of(), StepNoise.NONE);
  }

  @Test
  void twiceTheStepsQuarterTheErrorForGaussianImages() {
    double coarse = SamplerErrors.largest(new MultistepSampler(KARRAS, 100), KARRAS);
    double fine = SamplerErrors.largest(new MultistepSampler(KARRAS, 200), KARRAS);

    assertThat(coarse).isBetween(1e-5, 1e-2);
    assertThat(coarse / fine).isBetween(3.4, 4.6);
  }

  @Test
  void twiceTheStepsQuarterTheErrorForAMixture() {
    double[] exact = images(new HeunSampler(EVEN, 4000), new MixtureDenoiser(PIXELS));

    double coarse = error(new MultistepSampler(EVEN, 40), exact);
    double fine = error(new MultistepSampler(EVEN, 80), exact);

    assertThat(coarse).isBetween(1e-4, 1e-1);
    assertThat(coarse / fine).isBetween(3.2, 5.0);
  }

  @Test
  void itIsFarAheadOfDdimForTheSameCalls() {
    double[] exact = images(new HeunSampler(EVEN, 4000), new MixtureDenoiser(PIXELS));

    double multistep = error(new MultistepSampler(EVEN, 20), exact);
    double ddim = error(new EulerSampler(EVEN, 20), exact);

    assertThat(multistep).isLessThan(ddim / 3);
  }

  private static double error(Sampler sampler, double[] exact) {
    double[] images = images(sampler, new MixtureDenoiser(PIXELS));
    double largest = 0;
    for (int i = 0; i < images.length; i++) {
      largest = Math.max(largest, Math.abs(images[i] - exact[i]));
    }
    return largest;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 8})
  void stepsAreThePublishedOnesInLambda(int steps) {
    double[] images = images(new MultistepSampler(KARRAS, steps), new MixtureDenoiser(PIXELS));

    for (int i = 0; i < NOISE.length; i++) {
      assertThat(images[i]).isCloseTo(published(NOISE[i], steps), offset(SINGLE));
    }
  }

  /** Algorithm 2 for one pixel, with alpha = 1 and in the words of the paper. */
  private static double published(double noise, int steps) {
    double[] sigmas = KARRAS.sigmas(steps);
    double x = noise * sigmas[0];
    double before = 0;
    for (int i = 1; i <= steps; i++) {
      double lambda = -Math.log(sigmas[i - 1]);
      double next = -Math.log(sigmas[i]);
      double h = next - lambda;
      double data = MixtureDenoiser.denoised((float) x, (float) sigmas[i - 1]);
      double estimate = data;
      if (i > 1 && i < steps) {
        double r = (lambda + Math.log(sigmas[i - 2])) / h;
        estimate = (1 + 1 / (2 * r)) * data - 1 / (2 * r) * before;
      }
      x = sigmas[i] / sigmas[i - 1] * x - Math.expm1(-h) * estimate;
      before = data;
    }
    return x;
  }

  @Test
  void aSingleImageIsFoundHoweverFewTheSteps() {
    for (int steps = 1; steps <= 5; steps++) {
      double[] images =
          images(new MultistepSampler(KARRAS, steps), new GaussianDenoiser(PIXELS, 0.5, 0.0));

      assertThat(images).containsExactly(new double[] {0.5, 0.5, 0.5, 0.5}, offset(1e-12));
    }
  }

  @Test
  void everyStepCallsTheDenoiserOnce() {
    GaussianDenoiser denoiser = new GaussianDenoiser(PIXELS, 0.0, 1.0);
    MultistepSampler sampler = new MultistepSampler(KARRAS, 9);

    images(sampler, denoiser);

    assertThat(denoiser.calls()).isEqualTo(9).isEqualTo(sampler.evaluations());
  }

  @Test
  void noStepsAreRefused() {
    assertThatThrownBy(() -> new MultistepSampler(KARRAS, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("steps is 0");
  }
}
