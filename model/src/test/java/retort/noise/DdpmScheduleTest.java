package retort.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.noise.DdpmSchedule.BetaCurve;
import retort.noise.DdpmSchedule.Spacing;

class DdpmScheduleTest {

  @ParameterizedTest
  @CsvSource({
    "0, .0100005, .9999",
    "20, .0793981, .9937354",
    "500, 3.442967, .0777967",
    "980, 130.1437, 5.903751e-5",
    "999, 157.4073, 4.035830e-5"
  })
  void timestepsHaveThePublishedLevels(int timestep, double sigma, double alphaBar) {
    DdpmSchedule schedule = DdpmSchedule.linear();

    assertThat(schedule.sigmaAt(timestep)).isCloseTo(sigma, withinPercentage(1e-3));
    assertThat(schedule.alphaBarAt(timestep)).isCloseTo(alphaBar, withinPercentage(1e-4));
  }

  @ParameterizedTest
  @CsvSource({"2.5, 440", "24.41, 793", "5.84, 591", "0.001, 0", "1000, 999"})
  void levelsBelongToTheNearestTimestep(double sigma, int timestep) {
    assertThat(DdpmSchedule.linear().nearestTimestep(sigma)).isEqualTo(timestep);
  }

  @Test
  void timeInvertsSigmaBetweenTimesteps() {
    DdpmSchedule schedule = DdpmSchedule.linear();
    for (double time : new double[] {0, 0.25, 1, 17.5, 500, 998.875, 999}) {
      assertThat(schedule.timeOf(schedule.sigmaAt(time))).isCloseTo(time, offset(1e-9));
    }
  }

  @Test
  void leadingStepsBeginAtMultiplesOfTheStride() {
    DdpmSchedule schedule = DdpmSchedule.linear();

    assertThat(schedule.sigmas(5))
        .containsExactly(
            schedule.sigmaAt(800),
            schedule.sigmaAt(600),
            schedule.sigmaAt(400),
            schedule.sigmaAt(200),
            schedule.sigmaAt(0),
            0.0);
  }

  @Test
  void trailingStepsBeginAtTheLastTimestep() {
    DdpmSchedule schedule = new DdpmSchedule(1000, 1e-4, 0.02, BetaCurve.LINEAR, Spacing.TRAILING);

    assertThat(schedule.sigmas(4))
        .containsExactly(
            schedule.sigmaAt(999),
            schedule.sigmaAt(749),
            schedule.sigmaAt(499),
            schedule.sigmaAt(249),
            0.0);
  }

  @Test
  void scaledLinearRatesHaveEvenlySpacedSquareRoots() {
    DdpmSchedule schedule =
        new DdpmSchedule(3, 0.01, 0.09, BetaCurve.SCALED_LINEAR, Spacing.LEADING);

    assertThat(schedule.alphaBarAt(2)).isCloseTo(0.99 * 0.96 * 0.91, offset(1e-15));
  }

  @ParameterizedTest
  @CsvSource({
    "LINEAR, .9999, .07779665, 4.03583e-5",
    "SCALED_LINEAR, .9999, .3312746, 7.33412e-4",
    "SQUARED_COSINE, .9999587, .492285, 2.428735e-9",
    "SIGMOID, .9998508, .2988876, 3.968182e-5",
    "LAPLACE, .9788463, .7072834, .03162277"
  })
  void curvesFallAsInDiffusers(BetaCurve curve, double first, double middle, double last) {
    DdpmSchedule schedule = new DdpmSchedule(1000, 1e-4, 0.02, curve, Spacing.LEADING);

    assertThat(schedule.alphaBarAt(0)).isCloseTo(first, withinPercentage(1e-3));
    assertThat(schedule.alphaBarAt(500)).isCloseTo(middle, withinPercentage(1e-3));
    assertThat(schedule.alphaBarAt(999)).isCloseTo(last, withinPercentage(1e-2));
  }

  @Test
  void linspaceStepsRunFromTheLastTimestepToTheFirst() {
    DdpmSchedule schedule = new DdpmSchedule(1000, 1e-4, 0.02, BetaCurve.LINEAR, Spacing.LINSPACE);

    assertThat(schedule.sigmas(3))
        .containsExactly(schedule.sigmaAt(999), schedule.sigmaAt(500), schedule.sigmaAt(0), 0.0);
    assertThat(schedule.sigmas(1)).containsExactly(schedule.sigmaAt(999), 0.0);
  }

  @Test
  void ratesMayBeGivenOneByOne() {
    DdpmSchedule schedule = DdpmSchedule.ofBetas(new double[] {0.5, 0.1, 0.2}, Spacing.LEADING);

    assertThat(schedule.alphaBars()).containsExactly(new double[] {0.5, 0.45, 0.36}, offset(1e-15));
    assertThatThrownBy(() -> DdpmSchedule.ofBetas(new double[] {0.5, 0.0}, Spacing.LEADING))
        .hasMessageContaining("0.0 at timestep 1");
  }

  @Test
  void scheduleThatEndsInNoiseKeepsItsFirstLevelAndStaysFinite() {
    DdpmSchedule schedule = DdpmSchedule.linear().endingInNoise();

    assertThat(schedule.alphaBarAt(0)).isCloseTo(0.9999, offset(1e-12));
    assertThat(schedule.alphaBarAt(500)).isCloseTo(.0752462, withinPercentage(1e-3));
    assertThat(schedule.alphaBarAt(998)).isCloseTo(4.213273e-9, withinPercentage(1e-2));
    assertThat(schedule.sigmaAt(999)).isEqualTo(2 * schedule.sigmaAt(998));
    assertThat(schedule.alphaBarAt(999)).isCloseTo(0, offset(2e-9));
  }

  @Test
  void timestepsOutsideTheTableAreRefused() {
    assertThatThrownBy(() -> DdpmSchedule.linear().sigmaAt(1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 to 999");
    assertThatThrownBy(() -> DdpmSchedule.linear().sigmas(1001))
        .hasMessageContaining("only 1000 timesteps");
    assertThatThrownBy(() -> new DdpmSchedule(10, 0.5, 0.1, BetaCurve.LINEAR, Spacing.LEADING))
        .hasMessageContaining("from 0.5 to 0.1");
  }
}
