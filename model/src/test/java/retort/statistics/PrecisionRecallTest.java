package retort.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrecisionRecallTest {
  private static FeatureRows line(float... places) {
    return new FeatureRows(places, 1);
  }

  @Test
  void sharesOnALineAreThoseCountedByHand() {
    // Balls to the nearest neighbour: real 0 +- 1, 1 +- 1, 4 +- 3; generated 2 +- 1, 3 +- 1, 9 +-
    // 6.
    FeatureRows real = line(0, 1, 4);
    FeatureRows generated = line(2, 3, 9);

    PrecisionRecall shares = PrecisionRecall.between(real, generated, 1);

    // 2 and 3 lie in real balls, 9 does not; 1 and 4 lie in generated ones, 0 does not.
    assertThat(shares).isEqualTo(new PrecisionRecall(2.0 / 3, 2.0 / 3));
  }

  @Test
  void aRowOnTheSurfaceIsInsideAndOneJustBeyondIsNot() {
    FeatureRows real = line(0, 1);

    assertThat(PrecisionRecall.between(real, line(2, 100), 1).precision()).isEqualTo(0.5);
    assertThat(PrecisionRecall.between(real, line(Math.nextUp(2f), 100), 1).precision()).isZero();
  }

  @Test
  void aSetCoversItself() {
    FeatureRows rows = GaussianRows.of(200, 3, 0, 1, 1);

    assertThat(PrecisionRecall.between(rows, rows)).isEqualTo(new PrecisionRecall(1, 1));
  }

  @Test
  void ballsOfEqualRowsHoldNothingButThem() {
    // Far from 0, where |x|^2 + |y|^2 - 2 x.y has lost all digits.
    FeatureRows same = line(1e6f, 1e6f, 1e6f, 1e6f);
    FeatureRows near = line(1e6f, 1e6f, 1e6f, Math.nextUp(1e6f));

    assertThat(PrecisionRecall.between(same, near).precision()).isEqualTo(0.75);
    assertThat(PrecisionRecall.between(near, same).recall()).isEqualTo(0.75);
  }

  @Test
  void copiesOfAFewRealImagesArePreciseAndRecallLittle() {
    FeatureRows real = GaussianRows.of(300, 8, 0, 1, 1);
    FeatureRows copies = real.rows(0, 0, 0, 0, 1, 1, 1, 1);

    PrecisionRecall shares = PrecisionRecall.between(real, copies);

    assertThat(shares.precision()).isEqualTo(1);
    assertThat(shares.recall()).isEqualTo(2.0 / 300);
  }

  @ParameterizedTest
  @CsvSource({"300, 257, 70, 3", "128, 128, 64, 3", "129, 5, 3, 4", "40, 384, 1, 1"})
  void setsOfAnySizeGiveTheDefinition(int reals, int generateds, int dimension, int neighbours) {
    FeatureRows real = GaussianRows.of(reals, dimension, 0, 1, 1);
    FeatureRows generated = GaussianRows.of(generateds, dimension, 0.2, 0.9, 2);

    assertThat(PrecisionRecall.between(real, generated, neighbours))
        .isEqualTo(NaiveComparison.precisionRecall(real, generated, neighbours));
  }

  @Test
  void theNumberOfThreadsChangesNothing() throws Exception {
    FeatureRows real = GaussianRows.of(1000, 4, 0, 1, 1);
    FeatureRows generated = GaussianRows.of(900, 4, 0.1, 1, 2);
    Callable<PrecisionRecall> work = () -> PrecisionRecall.between(real, generated);

    assertThat(NaiveComparison.withThreads(1, work))
        .isEqualTo(NaiveComparison.withThreads(3, work));
  }

  @Test
  void setsThatCannotBeComparedAreRefused() {
    assertThatThrownBy(() -> PrecisionRecall.between(line(1, 2, 3), line(1, 2, 3, 4)))
        .hasMessageContaining("a set of 3 rows has no neighbour number 3");
    assertThatThrownBy(() -> PrecisionRecall.between(line(1, 2), line(1, 2), 0))
        .hasMessageContaining("neighbour number 0");
    assertThatThrownBy(() -> PrecisionRecall.between(line(1, 2), new FeatureRows(new float[4], 2)))
        .hasMessageContaining("rows of 1 and of 2 features");
  }
}
