package retort.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;

class VariancePreservingTest {

  @Test
  void levelsFollowTheRates() {
    VariancePreserving schedule = VariancePreserving.EDM;

    assertThat(schedule.sigmaAt(1.0))
        .isCloseTo(Math.sqrt(Math.exp(0.5 * 19.9 + 0.1) - 1.0), withinPercentage(1e-10));
    assertThat(schedule.sigmaAt(0.0)).isZero();
    assertThat(schedule.sigmas(5)[0]).isEqualTo(schedule.sigmaAt(1.0));
    assertThat(schedule.sigmas(5)[2]).isEqualTo(schedule.sigmaAt(1.0 + 0.5 * (1e-3 - 1.0)));
    assertThat(schedule.sigmas(5)[4]).isCloseTo(schedule.sigmaAt(1e-3), withinPercentage(1e-9));
    assertThat(schedule.sigmas(5)[5]).isZero();
  }

  @Test
  void timeInvertsSigma() {
    for (double time = 1e-3; time <= 1.0; time += 0.0999) {
      double sigma = VariancePreserving.EDM.sigmaAt(time);
      assertThat(VariancePreserving.EDM.timeOf(sigma)).isCloseTo(time, offset(1e-13));
    }
  }

  @Test
  void derivativeIsTheSlopeOfSigma() {
    double h = 1e-6;
    for (double time = 0.01; time < 1.0; time += 0.1) {
      double slope =
          (VariancePreserving.EDM.sigmaAt(time + h) - VariancePreserving.EDM.sigmaAt(time - h))
              / (2 * h);
      assertThat(VariancePreserving.EDM.sigmaDerivativeAt(time))
          .isCloseTo(slope, withinPercentage(1e-4));
    }
  }

  @Test
  void aRangeOfLevelsDeterminesTheRates() {
    VariancePreserving schedule = VariancePreserving.spanning(0.002, 80.0, 1e-3);

    assertThat(schedule.sigmaAt(1e-3)).isCloseTo(0.002, withinPercentage(1e-8));
    assertThat(schedule.sigmaAt(1.0)).isCloseTo(80.0, withinPercentage(1e-10));
  }

  @Test
  void theRangeOfTheUsualRatesGivesTheUsualRates() {
    VariancePreserving usual = VariancePreserving.EDM;

    VariancePreserving derived =
        VariancePreserving.spanning(usual.sigmaAt(1e-3), usual.sigmaAt(1.0), 1e-3);

    assertThat(derived.betaD()).isCloseTo(19.9, withinPercentage(1e-9));
    assertThat(derived.betaMin()).isCloseTo(0.1, withinPercentage(1e-9));
  }

  @Test
  void ratesWithoutPositiveLevelsAreRefused() {
    assertThatThrownBy(() -> new VariancePreserving(19.9, -1.0, 1e-3))
        .hasMessageContaining("no positive noise level at time 0.001");
    assertThatThrownBy(() -> new VariancePreserving(19.9, 0.1, 0.0))
        .hasMessageContaining("epsilonS is 0.0");
  }
}
