package retort.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CosineScheduleTest {

  @ParameterizedTest
  @CsvSource({
    "0, 20, .99999999897",
    ".25, 1.7626188, .9238709",
    ".5, 0, .7071068",
    ".75, -1.7626188, .3827044",
    "1, -20, 4.53999e-5"
  })
  void ratiosAndSignalsAreThePublishedOnes(double time, double logSnr, double alpha) {
    assertThat(CosineSchedule.STANDARD.logSnrAt(time)).isCloseTo(logSnr, offset(1e-6));
    assertThat(CosineSchedule.STANDARD.alphaAt(time)).isCloseTo(alpha, withinPercentage(1e-4));
    assertThat(CosineSchedule.STANDARD.sigmaAt(time))
        .isCloseTo(Math.exp(-0.5 * logSnr), withinPercentage(1e-4));
  }

  @Test
  void timeInvertsSigma() {
    for (double time = 0.0; time <= 1.0; time += 0.125) {
      double sigma = CosineSchedule.STANDARD.sigmaAt(time);
      assertThat(CosineSchedule.STANDARD.timeOf(sigma)).isCloseTo(time, offset(1e-12));
    }
  }

  @Test
  void halvingTheStepsVisitsEverySecondLevel() {
    double[] many = CosineSchedule.STANDARD.sigmas(8);
    double[] few = CosineSchedule.STANDARD.sigmas(4);

    assertThat(few[0]).isCloseTo(Math.exp(10.0), withinPercentage(1e-6));
    for (int i = 0; i <= 4; i++) {
      assertThat(few[i]).isCloseTo(many[2 * i], offset(1e-9 * few[0]));
    }
  }
}
