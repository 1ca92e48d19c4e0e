package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AverageConfigTest {
  private static final AverageConfig EDM = new AverageConfig(500_000, 0.05);

  @Test
  void betasAreThoseOfThePublishedCode() {
    assertThat(EDM.beta(256, 100_000_000)).isCloseTo(.9996451716, within(5e-11));
    // 5 % of 25,600 images are 1,280.
    assertThat(EDM.beta(256, 25_600)).isCloseTo(.8705505633, within(5e-11));
  }

  @Test
  void theFirstStepCopiesTheWeights() {
    assertThat(EDM.beta(256, 0)).isZero();
    assertThat(new AverageConfig(0, 0.05).beta(256, 1_000_000)).isZero();
  }

  @Test
  void halfLivesAreNotNegativeAndRampsPositive() {
    assertThatThrownBy(() -> new AverageConfig(-1, 0.05)).hasMessageContaining("-1.0 images");
    assertThatThrownBy(() -> new AverageConfig(Double.NaN, 0.05)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new AverageConfig(1, 0)).hasMessageContaining("ramp 0.0");
  }
}
