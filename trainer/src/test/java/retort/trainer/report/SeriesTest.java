package retort.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import retort.trainer.report.Series.Point;

class SeriesTest {
  private static Series of(double... values) {
    return new Series(
        IntStream.range(0, values.length)
            .mapToObj(i -> new Point(i, i / 10.0, values[i]))
            .toList());
  }

  @Test
  void thinningKeepsTheEndsAndEveryPeak() {
    double[] values = new double[100_000];
    values[31_415] = 7;
    values[92_653] = -3;
    values[0] = 1;
    values[99_999] = 2;

    List<Point> kept = of(values).thinned(1000).points();

    assertThat(kept).hasSizeLessThanOrEqualTo(1000);
    assertThat(kept.get(0)).isEqualTo(new Point(0, 0, 1));
    assertThat(kept.get(kept.size() - 1)).isEqualTo(new Point(99_999, 9999.9, 2));
    assertThat(kept)
        .contains(new Point(31_415, 3141.5, 7), new Point(92_653, 9265.3, -3))
        .isSortedAccordingTo((a, b) -> Long.compare(a.images(), b.images()));
  }

  @Test
  void aShortSeriesIsLeftAsItIs() {
    Series series = of(3, 1, 2);

    assertThat(series.thinned(4)).isSameAs(series);
  }

  @Test
  void theBestIsTheEarliestOfEqualsAndNeverNaN() {
    Series series = of(Double.NaN, 2, 1, 1, Double.POSITIVE_INFINITY);

    assertThat(series.best(true)).contains(new Point(2, 0.2, 1));
    assertThat(series.best(false)).contains(new Point(1, 0.1, 2));
    assertThat(series.last()).contains(new Point(3, 0.3, 1));
    assertThat(of(Double.NaN).isEmpty()).isTrue();
  }
}
