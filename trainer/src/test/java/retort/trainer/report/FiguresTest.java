package retort.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0",
        "3.108133561163754 | 3.108",
        "0.972 | 0.972",
        "-0.0245 | −0.0245",
        "26969.214 | 26,969",
        "500000000 | 500,000,000",
        "0.00093237 | 9.32e-4",
        "1e20 | 1e20",
        "NaN | NaN",
        "-Infinity | −∞",
      })
  void aNumberHasFewDigitsAndSeparators(double value, String text) {
    assertThat(Figures.of(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"500 | 500", "5000 | 5k", "12500 | 12.5k", "2.5e6 | 2.5M"})
  void anAxisCountsInThousands(double value, String text) {
    assertThat(Figures.compact(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "3.10813 | 0.12345 | 3.11 ± 0.12",
        "-3.10813 | 0.0012 | −3.1081 ± 0.0012",
        "25952 | 1234 | 25,952 ± 1,234",
        "2.5 | NaN | 2.5",
        "2.5 | 0 | 2.5",
      })
  void aMeanHasThePlacesOfItsSpread(double mean, double deviation, String text) {
    assertThat(Figures.spread(mean, deviation)).isEqualTo(text);
  }

  @Test
  void timesAndSizesAreInTheirUnits() {
    assertThat(Figures.duration(7)).isEqualTo("0:07");
    assertThat(Figures.duration(3723)).isEqualTo("1:02:03");
    assertThat(Figures.bytes(512)).isEqualTo("512 B");
    assertThat(Figures.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Figures.bytes(3L << 30)).isEqualTo("3.0 GiB");
  }
}
