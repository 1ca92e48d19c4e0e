package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.trainer.distill.AverageConfig.PowerLaw;

class AverageConfigTest {
  private static final AverageConfig EDM = AverageConfig.halfLife(500_000, 0.05);

  @Test
  void betasAreThoseOfThePublishedCode() {
    assertThat(EDM.beta(256, 100_000_000)).isCloseTo(.9996451716, within(5e-11));
    // 5 % of 25,600 images are 1,280.
    assertThat(EDM.beta(256, 25_600)).isCloseTo(.8705505633, within(5e-11));
  }

  @Test
  void theFirstStepCopiesTheWeights() {
    assertThat(EDM.beta(256, 0)).isZero();
    assertThat(AverageConfig.halfLife(0, 0.05).beta(256, 1_000_000)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "0.05, 16.9722",
    "0.10, 6.93720",
    "0.075, 10.28912",
    "0.135, 4.31391",
    "0.04, 21.97825"
  })
  void exponentsOfPowerLawsAreThoseOfThePublishedCode(double deviation, double gamma) {
    assertThat(new PowerLaw(deviation).gamma()).isCloseTo(gamma, within(5e-5));
  }

  @Test
  void exponentsAreRootsOfTheCubic() {
    for (double deviation = 0.01; deviation < 0.28; deviation += 0.01) {
      double g = new PowerLaw(deviation).gamma();
      double square = 1 / (deviation * deviation);

      double value = g * g * g + 7 * g * g + (16 - square) * g + 12 - square;

      assertThat(value / (square * (g + 1))).isCloseTo(0, within(1e-12));
    }
    // The deviation of a uniform law: every image counts alike.
    assertThat(new PowerLaw(1 / Math.sqrt(12)).gamma()).isCloseTo(0, within(1e-6));
  }

  @Test
  void powerLawsCopyTheFirstWeightsAndForgetLessAndLess() {
    PowerLaw law = new PowerLaw(0.05);

    assertThat(law.beta(256, 0)).isZero();
    assertThat(law.beta(256, 25_344)).isCloseTo(Math.pow(0.99, 17.9722), within(1e-6));
    assertThat(law.beta(256, 1_000_000)).isLessThan(law.beta(256, 2_000_000));
  }

  @Test
  void widthsLieBetweenNothingAndAUniformLaw() {
    for (double deviation : new double[] {0, -0.1, 0.3, Double.NaN}) {
      assertThatThrownBy(() -> AverageConfig.power(deviation))
          .hasMessageContaining("relative deviation is " + deviation);
    }
  }

  @Test
  void halfLivesAreNotNegativeAndRampsPositive() {
    assertThatThrownBy(() -> AverageConfig.halfLife(-1, 0.05)).hasMessageContaining("-1.0 images");
    assertThatThrownBy(() -> AverageConfig.halfLife(Double.NaN, 0.05)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> AverageConfig.halfLife(1, 0)).hasMessageContaining("ramp 0.0");
  }
}
