package retort.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KarrasScheduleTest {

  private static final double[] EIGHTEEN_LEVELS = {
    80, 57.58598, 40.78557, 28.37458, 19.35245, 12.91008, 8.400935, 5.315195, 3.256822, 1.923340,
    1.088171, .5853481, .2964423, .1395165, .05994731, .02293452, .00752802, .002
  };

  @Test
  void eighteenStepsVisitThePublishedLevelsAndThenZero() {
    double[] sigmas = KarrasSchedule.EDM.sigmas(18);

    assertThat(sigmas).hasSize(19);
    for (int i = 0; i < 18; i++) {
      assertThat(sigmas[i]).isCloseTo(EIGHTEEN_LEVELS[i], withinPercentage(1e-4));
    }
    assertThat(sigmas[18]).isZero();
  }

  @ParameterizedTest
  @CsvSource({"20, .00323159", "500, 2.52650685", "980, 72.0538987", "999, 80"})
  void gridOfAThousandLevelsIsThatOfDistributionMatching(int index, double sigma) {
    assertThat(KarrasSchedule.EDM.sigmaAt(index / 999.0)).isCloseTo(sigma, withinPercentage(1e-4));
  }

  @Test
  void timeInvertsSigma() {
    for (double time = 0.0; time <= 1.0; time += 0.125) {
      double sigma = KarrasSchedule.EDM.sigmaAt(time);
      assertThat(KarrasSchedule.EDM.timeOf(sigma)).isCloseTo(time, offset(1e-13));
    }
  }

  @Test
  void oneStepGoesFromTheLargestLevelToZero() {
    assertThat(KarrasSchedule.EDM.sigmas(1)).containsExactly(80.0, 0.0);
  }

  @Test
  void impossibleLevelsAreRefused() {
    assertThatThrownBy(() -> new KarrasSchedule(80, 0.002, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("from 80.0 to 0.002");
    assertThatThrownBy(() -> new KarrasSchedule(0.002, Double.NaN, 7)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new KarrasSchedule(0.002, 80, 0)).hasMessageContaining("rho is 0.0");
    assertThatThrownBy(() -> KarrasSchedule.EDM.sigmas(0)).hasMessageContaining("steps is 0");
  }
}
