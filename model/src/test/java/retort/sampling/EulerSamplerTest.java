package retort.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.Map;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.noise.CosineSchedule;
import retort.noise.KarrasSchedule;

class EulerSamplerTest {

  private static final KarrasSchedule SCHEDULE = new KarrasSchedule(1e-3, 80.0, 7.0);

  @Test
  void twiceTheStepsHalveTheError() {
    double coarse = SamplerErrors.largest(new EulerSampler(SCHEDULE, 100), SCHEDULE);
    double fine = SamplerErrors.largest(new EulerSampler(SCHEDULE, 200), SCHEDULE);

    assertThat(coarse).isBetween(1e-3, 0.2);
    assertThat(coarse / fine).isBetween(1.85, 2.15);
  }

  @Test
  void aSingleImageIsFoundInOneStep() {
    GaussianDenoiser denoiser = new GaussianDenoiser(new ImageShape(1, 1, 2), 0.5, 0.0);

    double[] images =
        new EulerSampler(SCHEDULE, 1)
            .sample(denoiser, new float[] {1.5f, -2f}, Map.of(), StepNoise.NONE);

    assertThat(images).containsExactly(new double[] {0.5, 0.5}, offset(1e-13));
  }

  @Test
  void stepsAreThoseOfDdimInTheVariancePreservingState() {
    int steps = 7;
    GaussianDenoiser denoiser = new GaussianDenoiser(new ImageShape(1, 1, 1), 0.25, 0.5);
    double[] sigmas = CosineSchedule.STANDARD.sigmas(steps);
    double start = 0.8;

    double z = start;
    for (int i = 0; i < steps; i++) {
      double a = 1 / Math.hypot(1, sigmas[i]);
      double b = sigmas[i] * a;
      double image = (0.25 * z / a + sigmas[i] * sigmas[i] * 0.25) / (0.25 + sigmas[i] * sigmas[i]);
      double noise = (z - a * image) / b;
      double nextA = 1 / Math.hypot(1, sigmas[i + 1]);
      z = nextA * image + sigmas[i + 1] * nextA * noise;
    }
    double[] state = {start * Math.hypot(1, sigmas[0])};
    double[] images =
        new EulerSampler(CosineSchedule.STANDARD, steps).sampleFrom(state, denoiser, Map.of());

    assertThat(images[0]).isCloseTo(z, offset(1e-6));
    assertThat(state[0]).isEqualTo(start * Math.hypot(1, sigmas[0]));
  }

  @Test
  void everyStepCallsTheDenoiserOnce() {
    GaussianDenoiser denoiser = new GaussianDenoiser(new ImageShape(1, 1, 1), 0.0, 1.0);
    EulerSampler sampler = new EulerSampler(SCHEDULE, 9);

    sampler.sample(denoiser, new float[4], Map.of(), StepNoise.NONE);

    assertThat(denoiser.calls()).isEqualTo(9).isEqualTo(sampler.evaluations());
  }

  @Test
  void noStepsAreRefused() {
    assertThatThrownBy(() -> new EulerSampler(SCHEDULE, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("steps is 0");
  }
}
