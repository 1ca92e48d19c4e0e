package retort.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaleTest {
  @Test
  void valuesLieBetweenTheEndsInProportion() {
    Scale scale = new Scale(10, 20, Scale.Kind.LINEAR);

    assertThat(scale.at(10, 100, 0)).isEqualTo(100);
    assertThat(scale.at(12.5, 100, 0)).isEqualTo(75);
    assertThat(scale.at(20, 100, 0)).isZero();
  }

  @Test
  void aDecadeIsAsLongAsTheNext() {
    Scale scale = new Scale(1, 100, Scale.Kind.LOG);

    assertThat(scale.at(10, 0, 80)).isEqualTo(40, within(1e-12));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 10 | 0, 2, 4, 6, 8, 10",
        "0 | 4.4 | 0, 1, 2, 3, 4, 5",
        "0.961 | 0.978 | 0.96, 0.965, 0.97, 0.975, 0.98",
        "-3 | 7 | -4, -2, 0, 2, 4, 6, 8",
      })
  void ticksStandAtOneTwoAndFiveAndTheAxisEndsAtTicks(double low, double high, String ticks) {
    Scale scale = Scale.over(new double[] {low, high}, 5);

    double[] expected = numbers(ticks);
    assertThat(scale.ticks(7).stream().mapToDouble(Double::doubleValue).toArray())
        .containsExactly(expected, within(1e-12));
    assertThat(scale.low()).isEqualTo(expected[0], within(1e-12));
    assertThat(scale.high()).isEqualTo(expected[expected.length - 1], within(1e-12));
  }

  private static double[] numbers(String list) {
    return Arrays.stream(list.split(", ")).mapToDouble(Double::parseDouble).toArray();
  }

  @Test
  void valuesThatSpanADecadeAreLogarithmic() {
    assertThat(Scale.over(new double[] {1, 9.9}, 5).kind()).isEqualTo(Scale.Kind.LINEAR);
    assertThat(Scale.over(new double[] {1, 10}, 5).kind()).isEqualTo(Scale.Kind.LOG);
    assertThat(Scale.over(new double[] {0, 10}, 5).kind()).isEqualTo(Scale.Kind.LINEAR);
    assertThat(Scale.over(new double[] {-1, 100}, 5).kind()).isEqualTo(Scale.Kind.LINEAR);
  }

  @Test
  void fewDecadesHaveFineTicksAndManyHavePowersOfTen() {
    assertThat(new Scale(1, 100, Scale.Kind.LOG).ticks(5))
        .extracting(Figures::of)
        .containsExactly("1", "2", "5", "10", "20", "50", "100");
    assertThat(new Scale(1e-4, 1e8, Scale.Kind.LOG).ticks(5))
        .extracting(Figures::of)
        .containsExactly("1e-4", "0.01", "1", "100", "10,000", "1,000,000", "100,000,000");
  }

  @Test
  void aFlatLineHasRoomAroundIt() {
    Scale scale = Scale.over(new double[] {3, 3}, 5);

    assertThat(scale.low()).isLessThan(3);
    assertThat(scale.high()).isGreaterThan(3);
    assertThat(Scale.over(new double[] {0}, 5)).isEqualTo(new Scale(-1, 1, Scale.Kind.LINEAR));
  }

  @Test
  void timeIsCountedAsAClockDoes() {
    assertThat(Scale.fromZero(600, Scale.Kind.SECONDS).ticks(4)).containsExactly(0.0, 300.0, 600.0);
    assertThat(Scale.fromZero(50_000, Scale.Kind.SECONDS).ticks(4))
        .containsExactly(0.0, 14400.0, 28800.0, 43200.0);
    assertThat(Scale.fromZero(864_000, Scale.Kind.SECONDS).ticks(5))
        .containsExactly(0.0, 172800.0, 345600.0, 518400.0, 691200.0, 864000.0);
  }

  @ParameterizedTest
  @CsvSource({"1e149,-1e149", "1e-300,1e149", "1,1.0000000000000002", "1e-200,1e-199", "-5,-5"})
  void anyNumbersHaveAnAxis(double first, double second) {
    Scale scale = Scale.over(new double[] {first, second}, 5);

    assertThat(scale.at(first, 0, 100)).isBetween(-1e-6, 100 + 1e-6);
    assertThat(scale.ticks(5)).hasSizeBetween(1, 20);
  }
}
