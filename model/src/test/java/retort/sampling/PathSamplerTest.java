package retort.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.denoiser.ImageShape;
import retort.noise.KarrasSchedule;
import retort.noise.VarianceExploding;
import retort.noise.VariancePreserving;
import retort.sampling.PathSampler.Order;

class PathSamplerTest {

  private static final VariancePreserving VP = VariancePreserving.spanning(1e-3, 80.0, 1e-3);
  private static final KarrasSchedule KARRAS = new KarrasSchedule(1e-3, 80.0, 7.0);

  @Test
  void linearTimeWithoutScalingIsTheHeunSampler() {
    GaussianDenoiser denoiser = new GaussianDenoiser(new ImageShape(1, 2, 4), 0.3, 0.5);
    SeededNoise noise = new SeededNoise(3, 4);
    Churn churn = new Churn(40.0, 0.05, 50.0, 1.003);

    double[] heun =
        new HeunSampler(KARRAS, 12, churn).sample(denoiser, noise.start(8), Map.of(), noise);
    double[] general =
        new PathSampler(KARRAS, 12, Order.HEUN, NoisePath.LINEAR, StateScaling.NONE, churn)
            .sample(denoiser, noise.start(8), Map.of(), noise);

    assertThat(general).containsExactly(heun, offset(1e-6));
  }

  @Test
  void linearTimeWithoutScalingIsTheEulerSampler() {
    GaussianDenoiser denoiser = new GaussianDenoiser(new ImageShape(1, 2, 4), 0.3, 0.5);
    float[] noise = new SeededNoise(3, 4).start(8);

    double[] euler = new EulerSampler(KARRAS, 12).sample(denoiser, noise, Map.of(), StepNoise.NONE);
    double[] general =
        new PathSampler(KARRAS, 12, Order.EULER, NoisePath.LINEAR, StateScaling.NONE, Churn.NONE)
            .sample(denoiser, noise, Map.of(), StepNoise.NONE);

    assertThat(general).containsExactly(euler, offset(1e-6));
  }

  @Test
  void variancePreservingHeunIsOfSecondOrder() {
    double coarse = SamplerErrors.largest(variancePreserving(Order.HEUN, 60), VP);
    double fine = SamplerErrors.largest(variancePreserving(Order.HEUN, 120), VP);

    assertThat(coarse).isBetween(1e-5, 1e-1);
    assertThat(coarse / fine).isBetween(3.4, 4.6);
  }

  @Test
  void variancePreservingEulerIsOfFirstOrder() {
    double coarse = SamplerErrors.largest(variancePreserving(Order.EULER, 400), VP);
    double fine = SamplerErrors.largest(variancePreserving(Order.EULER, 800), VP);

    assertThat(coarse).isBetween(1e-5, 1e-1);
    assertThat(coarse / fine).isBetween(1.8, 2.2);
  }

  @Test
  void varianceExplodingHeunIsOfSecondOrder() {
    VarianceExploding schedule = new VarianceExploding(1e-3, 100.0);

    double coarse = SamplerErrors.largest(varianceExploding(schedule, 80), schedule);
    double fine = SamplerErrors.largest(varianceExploding(schedule, 160), schedule);

    assertThat(coarse).isBetween(1e-5, 1e-1);
    assertThat(coarse / fine).isBetween(3.4, 4.6);
  }

  @ParameterizedTest
  @EnumSource(StateScaling.class)
  void scalingHasTheDerivativeItClaims(StateScaling scaling) {
    double h = 1e-6;
    for (double sigma = 0.01; sigma < 100; sigma *= 3) {
      double slope = (scaling.scale(sigma + h) - scaling.scale(sigma - h)) / (2 * h);
      assertThat(scaling.derivative(sigma)).isCloseTo(slope, offset(1e-8));
    }
  }

  @Test
  void churnedStatesAreRaisedAndRescaled() {
    // For pure noise data, D = x s^2 / (s^2 + sigma^2): after a raise the state still has the
    // variance that its time asks for, so the images keep theirs.
    ImageShape shape = new ImageShape(1, 100, 100);
    GaussianDenoiser denoiser = new GaussianDenoiser(shape, 0.0, 0.5);
    SeededNoise noise = new SeededNoise(8);
    PathSampler sampler =
        new PathSampler(
            VP,
            200,
            Order.HEUN,
            NoisePath.variancePreserving(VP),
            StateScaling.VARIANCE_PRESERVING,
            new Churn(40.0, 0.05, 50.0, 1.0));

    double[] image = sampler.sample(denoiser, noise.start(shape.elements()), Map.of(), noise);

    double sumOfSquares = 0.0;
    for (double pixel : image) {
      sumOfSquares += pixel * pixel;
    }
    assertThat(Math.sqrt(sumOfSquares / image.length)).isCloseTo(0.5, offset(0.015));
    assertThat(denoiser.calls()).isEqualTo(399).isEqualTo(sampler.evaluations());
  }

  private static PathSampler variancePreserving(Order order, int steps) {
    return new PathSampler(
        VP,
        steps,
        order,
        NoisePath.variancePreserving(VP),
        StateScaling.VARIANCE_PRESERVING,
        Churn.NONE);
  }

  private static PathSampler varianceExploding(VarianceExploding schedule, int steps) {
    return new PathSampler(
        schedule, steps, Order.HEUN, NoisePath.SQUARE_ROOT, StateScaling.NONE, Churn.NONE);
  }
}
