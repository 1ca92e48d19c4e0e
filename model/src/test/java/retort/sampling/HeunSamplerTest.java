package retort.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import retort.denoiser.Denoiser;
import retort.denoiser.ImageShape;
import retort.noise.KarrasSchedule;

class HeunSamplerTest {

  private static final KarrasSchedule SCHEDULE = new KarrasSchedule(1e-3, 80.0, 7.0);
  private static final Churn CHURN = new Churn(40.0, 0.05, 50.0, 1.003);

  @Test
  void twiceTheStepsQuarterTheError() {
    double coarse = SamplerErrors.largest(new HeunSampler(SCHEDULE, 100), SCHEDULE);
    double fine = SamplerErrors.largest(new HeunSampler(SCHEDULE, 200), SCHEDULE);

    assertThat(coarse).isBetween(1e-5, 1e-2);
    assertThat(coarse / fine).isBetween(3.6, 4.4);
  }

  @Test
  void twoStepsAreTheOnesWorkedOutByHand() {
    // D = x / (1 + sigma^2), levels 2, 1, 0, from x = 6: slope 12/5, Euler to 18/5, slope 9/5, so
    // 6 - (12/5 + 9/5) / 2 = 39/10; then D(39/10; 1) = 39/20.
    KarrasSchedule levels = new KarrasSchedule(1.0, 2.0, 1.0);
    GaussianDenoiser denoiser = new GaussianDenoiser(new ImageShape(1, 1, 1), 0.0, 1.0);

    double[] images =
        new HeunSampler(levels, 2).sample(denoiser, new float[] {3f}, Map.of(), StepNoise.NONE);

    assertThat(images[0]).isCloseTo(1.95, within(1e-6));
    assertThat(denoiser.calls()).isEqualTo(3).isEqualTo(new HeunSampler(levels, 2).evaluations());
  }

  @Test
  void churnOfZeroIsExactlyTheDeterministicSampler() {
    GaussianDenoiser denoiser = new GaussianDenoiser(new ImageShape(1, 2, 2), 0.1, 0.5);
    float[] noise = new SeededNoise(1).start(4);

    double[] plain =
        new HeunSampler(SCHEDULE, 12).sample(denoiser, noise, Map.of(), StepNoise.NONE);
    double[] zero =
        new HeunSampler(SCHEDULE, 12, new Churn(0.0, 0.05, 50.0, 1.003))
            .sample(denoiser, noise, Map.of(), StepNoise.NONE);

    assertThat(zero).containsExactly(plain);
  }

  @Test
  void onlyLevelsInsideTheRangeAreGivenFreshNoise() {
    GaussianDenoiser denoiser = new GaussianDenoiser(new ImageShape(1, 1, 1), 0.0, 1.0);
    List<Integer> asked = new ArrayList<>();

    new HeunSampler(KarrasSchedule.EDM, 6, CHURN)
        .sample(
            denoiser,
            new float[] {1f},
            Map.of(),
            (step, elements) -> {
              asked.add(step);
              return new double[elements];
            });

    // The levels are 80, 24.4, 5.84, 0.965, 0.085 and 0.002.
    assertThat(asked).containsExactly(1, 2, 3, 4);
  }

  @Test
  void churnKeepsTheDistribution() {
    ImageShape shape = new ImageShape(1, 100, 100);
    GaussianDenoiser denoiser = new GaussianDenoiser(shape, 0.3, 0.5);
    SeededNoise noise = new SeededNoise(8);
    Churn churn = new Churn(40.0, 0.05, 50.0, 1.0);

    double[] image =
        new HeunSampler(KarrasSchedule.EDM, 100, churn)
            .sample(denoiser, noise.start(shape.elements()), Map.of(), noise);

    double sum = 0.0;
    double sumOfSquares = 0.0;
    for (double pixel : image) {
      sum += pixel;
      sumOfSquares += (pixel - 0.3) * (pixel - 0.3);
    }
    assertThat(sum / image.length).isCloseTo(0.3, within(0.02));
    assertThat(Math.sqrt(sumOfSquares / image.length)).isCloseTo(0.5, within(0.015));
  }

  @Test
  void churnChangesTheImage() {
    GaussianDenoiser denoiser = new GaussianDenoiser(new ImageShape(1, 1, 1), 0.0, 1.0);
    SeededNoise noise = new SeededNoise(8);

    double[] plain =
        new HeunSampler(KarrasSchedule.EDM, 8).sample(denoiser, noise.start(1), Map.of(), noise);
    double[] churned =
        new HeunSampler(KarrasSchedule.EDM, 8, CHURN)
            .sample(denoiser, noise.start(1), Map.of(), noise);

    assertThat(churned[0]).isNotEqualTo(plain[0]);
  }

  @Test
  void conditioningAndOneSigmaForEachImageReachTheDenoiser() {
    float[] label = {0f, 1f, 1f, 0f};
    List<float[]> sigmas = new ArrayList<>();
    Denoiser denoiser =
        new Denoiser() {
          @Override
          public ImageShape imageShape() {
            return new ImageShape(3, 1, 1);
          }

          @Override
          public float[] denoise(float[] noisy, float[] sigma, Map<String, float[]> conditioning) {
            assertThat(conditioning).containsEntry("label", label);
            sigmas.add(sigma.clone());
            return new float[noisy.length];
          }
        };

    new HeunSampler(new KarrasSchedule(1.0, 2.0, 1.0), 2)
        .sample(denoiser, new float[6], Map.of("label", label), StepNoise.NONE);

    assertThat(sigmas).containsExactly(new float[] {2, 2}, new float[] {1, 1}, new float[] {1, 1});
  }

  @Test
  void wrongSizesAreNamed() {
    HeunSampler sampler = new HeunSampler(SCHEDULE, 2, CHURN);
    GaussianDenoiser denoiser = new GaussianDenoiser(new ImageShape(3, 2, 2), 0.0, 1.0);

    assertThatThrownBy(() -> sampler.sample(denoiser, new float[13], Map.of(), StepNoise.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("13 elements")
        .hasMessageContaining("[3, 2, 2]");
    HeunSampler low = new HeunSampler(new KarrasSchedule(1.0, 2.0, 1.0), 2, CHURN);
    assertThatThrownBy(
            () -> low.sample(denoiser, new float[12], Map.of(), (step, elements) -> new double[5]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("noise of step 0 answered 5 elements but the batch has 12");
    assertThatThrownBy(() -> low.sample(denoiser, new float[12], Map.of(), StepNoise.NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("step 0 adds noise");
  }
}
