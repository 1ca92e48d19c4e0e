package retort.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The laws that training draws noise levels from. */
class SigmaLawTest {

  @ParameterizedTest
  @CsvSource({
    "0, .002",
    ".2, .0850872",
    ".4, .9654169",
    ".6, 5.8389476",
    ".8, 24.4083418",
    "1, 80"
  })
  void scoreIdentityTimesHaveThePublishedLevels(double time, double sigma) {
    UniformTimeSigma upToEighty = new UniformTimeSigma(KarrasSchedule.EDM, 0.0, 1.0);

    assertThat(upToEighty.sigma(time)).isCloseTo(sigma, withinPercentage(1e-4));
    assertThat(UniformTimeSigma.SID.sigma(time / 0.8)).isCloseTo(sigma, withinPercentage(1e-4));
  }

  @Test
  void logNormalLevelsHaveTheirMedianAtTheMeanOfTheLogarithm() {
    assertThat(LogNormalSigma.EDM.sigma(0.0)).isEqualTo(Math.exp(-1.2));
    assertThat(LogNormalSigma.EDM.sigma(1.0)).isEqualTo(1.0);
  }

  @Test
  void variancePreservingTimesRunDownFromOne() {
    assertThat(UniformTimeSigma.VARIANCE_PRESERVING.sigma(0.0))
        .isEqualTo(VariancePreserving.EDM.sigmaAt(1.0));
    assertThat(UniformTimeSigma.VARIANCE_PRESERVING.sigma(0.25))
        .isEqualTo(VariancePreserving.EDM.sigmaAt(1.0 + 0.25 * (1e-5 - 1.0)));
  }

  @Test
  void varianceExplodingLevelsAreUniformInTheLogarithm() {
    assertThat(UniformTimeSigma.VARIANCE_EXPLODING.sigma(0.5))
        .isCloseTo(Math.sqrt(0.02 * 100.0), withinPercentage(1e-10));
  }

  @Test
  void lawsWithoutSpreadAreRefused() {
    assertThatThrownBy(() -> new LogNormalSigma(-1.2, 0.0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("standard deviation 0.0");
    assertThatThrownBy(() -> new UniformTimeSigma(KarrasSchedule.EDM, 0.0, Double.NaN))
        .hasMessageContaining("NaN");
  }
}
