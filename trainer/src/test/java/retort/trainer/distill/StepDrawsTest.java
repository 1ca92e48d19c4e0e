package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.noise.LogNormalSigma;
import retort.noise.UniformTimeSigma;
import retort.trainer.distill.StepDraws.Purpose;

class StepDrawsTest {
  private static final StepDraws DRAWS = StepDraws.of(5, 17);

  @Test
  void aStepDrawsTheSameWheneverItIsTaken() {
    assertThat(StepDraws.of(5, 17)).isEqualTo(DRAWS);
    assertThat(StepDraws.of(5, 18)).isNotEqualTo(DRAWS);
    assertThat(StepDraws.of(6, 17)).isNotEqualTo(DRAWS);
  }

  @Test
  void microBatchesDrawWhatTheBatchDraws() {
    float[] whole = DRAWS.normal(Purpose.DATA_NOISE, 0, 4, 3);
    float[] sigmas = DRAWS.sigma(Purpose.DATA_SIGMA, LogNormalSigma.EDM, 0, 4).floats();

    assertThat(DRAWS.normal(Purpose.DATA_NOISE, 1, 2, 3))
        .containsExactly(Arrays.copyOfRange(whole, 3, 9));
    assertThat(DRAWS.sigma(Purpose.DATA_SIGMA, LogNormalSigma.EDM, 3, 1).floats())
        .containsExactly(sigmas[3]);
  }

  @Test
  void eachPurposeHasNumbersOfItsOwn() {
    Set<Float> normal = new HashSet<>();
    Set<Double> uniform = new HashSet<>();
    for (Purpose purpose : Purpose.values()) {
      normal.add(DRAWS.normal(purpose, 0, 1, 1)[0]);
      uniform.add(DRAWS.uniform(purpose).uniform(0));
    }

    assertThat(normal).hasSameSizeAs(Purpose.values());
    assertThat(uniform).hasSameSizeAs(Purpose.values());
  }

  @Test
  void noiseIsStandardNormal() {
    float[] noise = DRAWS.normal(Purpose.GENERATOR_NOISE, 0, 100, 100);
    double sum = 0;
    double squares = 0;
    for (float value : noise) {
      sum += value;
      squares += value * value;
    }

    // Four standard errors of 10,000 draws.
    assertThat(sum / noise.length).isCloseTo(0, within(0.04));
    assertThat(squares / noise.length).isCloseTo(1, within(0.06));
  }

  @Test
  void noiseLevelsFollowTheirLaws() {
    float[] trained = DRAWS.sigma(Purpose.DATA_SIGMA, LogNormalSigma.EDM, 0, 10_000).floats();
    double sum = 0;
    for (float sigma : trained) {
      sum += Math.log(sigma);
    }
    float[] distilled =
        DRAWS.sigma(Purpose.GENERATOR_SIGMA, UniformTimeSigma.SID, 0, 10_000).floats();
    Arrays.sort(distilled);

    assertThat(sum / trained.length).isCloseTo(-1.2, within(0.05));
    assertThat(distilled[0]).isBetween(0.002f, 0.003f);
    // Half the draws lie below the level at time 0.4, and none above that at 0.8.
    assertThat(distilled[5000]).isCloseTo(0.9654f, within(0.1f));
    assertThat(distilled[9999]).isBetween(24f, 24.41f);
  }

  @Test
  void callsSeedTheEngineDifferently() {
    assertThat(DRAWS.engineSeed(0)).isNotEqualTo(DRAWS.engineSeed(1)).isNotNegative();
  }
}
