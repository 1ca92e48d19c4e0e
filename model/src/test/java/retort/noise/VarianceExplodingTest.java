package retort.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;

class VarianceExplodingTest {

  @Test
  void neighbouringLevelsHaveOneRatio() {
    double[] sigmas = VarianceExploding.EDM.sigmas(9);

    assertThat(sigmas[0]).isCloseTo(100.0, withinPercentage(1e-10));
    assertThat(sigmas[8]).isCloseTo(0.02, withinPercentage(1e-10));
    assertThat(sigmas[9]).isZero();
    for (int i = 0; i < 8; i++) {
      assertThat(sigmas[i] / sigmas[i + 1])
          .isCloseTo(Math.pow(5000.0, 0.125), withinPercentage(1e-10));
    }
  }

  @Test
  void timeInvertsSigma() {
    assertThat(VarianceExploding.EDM.timeOf(VarianceExploding.EDM.sigmaAt(0.3)))
        .isCloseTo(0.3, offset(1e-14));
  }
}
