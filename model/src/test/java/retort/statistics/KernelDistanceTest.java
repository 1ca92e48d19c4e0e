package retort.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class KernelDistanceTest {

  @Test
  void aFewRowsGiveTheDistanceWorkedOutByHand() {
    // Within {0, 1}: k(0, 1) = 1; within {1, 2}: k(1, 2) = 27; across: (1 + 1 + 8 + 27) / 4.
    FeatureRows first = new FeatureRows(new float[] {0, 1}, 1);
    FeatureRows second = new FeatureRows(new float[] {1, 2}, 1);

    assertThat(KernelDistance.between(first, second))
        .isCloseTo(1.0 + 27.0 - 2.0 * 37.0 / 4.0, offset(1e-12));
  }

  @Test
  void innerProductsAreDividedByTheDimension() {
    FeatureRows zeros = new FeatureRows(new float[4], 2);
    FeatureRows ones = new FeatureRows(new float[] {1, 1, 1, 1}, 2);

    assertThat(KernelDistance.between(zeros, ones)).isCloseTo(1.0 + 8.0 - 2.0, offset(1e-12));
  }

  @Test
  void theMeanOverAllDrawsOfTwoRowsIsTheDistanceOfTheLaws() {
    // (x y + 1)^3 compares moments: 3 (dm1)^2 + 3 (dm2)^2 + (dm3)^2. The laws have 1, 5/3, 3 and
    // 1, 11/3, 9.
    assertThat(meanOverAllDraws(new float[] {0, 1, 2}, new float[] {-1, 1, 3}))
        .isCloseTo(3.0 * 4.0 + 36.0, offset(1e-10));
  }

  @Test
  void drawsOfOneLawAreNoDistanceApartOnAverage() {
    assertThat(meanOverAllDraws(new float[] {0, 1, 2}, new float[] {0, 1, 2}))
        .isCloseTo(0.0, offset(1e-10));
  }

  @Test
  void subsetsEstimateTheDistanceOfTheWhole() {
    FeatureRows first = GaussianRows.of(600, 8, 0.0, 1.0, 1);
    FeatureRows second = GaussianRows.of(600, 8, 0.5, 1.0, 2);

    double whole = KernelDistance.between(first, second);
    KernelDistance.Estimate estimate = betweenSubsets(first, second, 50, 100, 7);

    assertThat(estimate.standardDeviation()).isPositive();
    assertThat(estimate.mean())
        .isCloseTo(whole, offset(4.0 * estimate.standardDeviation() / Math.sqrt(50)));
    assertThat(betweenSubsets(first, second, 50, 100, 7)).isEqualTo(estimate);
    assertThat(betweenSubsets(first, second, 50, 100, 8)).isNotEqualTo(estimate);
  }

  @Test
  void subsetsAsLargeAsTheSetsAreTheSets() {
    FeatureRows first = GaussianRows.of(30, 3, 0.0, 1.0, 1);
    FeatureRows second = GaussianRows.of(30, 3, 0.5, 1.0, 2);

    KernelDistance.Estimate estimate = betweenSubsets(first, second, 3, 30, 0);

    assertThat(estimate.mean()).isCloseTo(KernelDistance.between(first, second), offset(1e-12));
    assertThat(estimate.standardDeviation()).isCloseTo(0.0, offset(1e-12));
  }

  @Test
  void setsLargerThanATileGiveTheFormula() {
    FeatureRows first = GaussianRows.of(300, 70, 0.0, 1.0, 1);
    FeatureRows second = GaussianRows.of(129, 70, 0.5, 1.0, 2);

    assertThat(KernelDistance.between(first, second))
        .isCloseTo(NaiveComparison.kernelDistance(first, second), offset(1e-11));
  }

  @Test
  void theNumberOfThreadsChangesNoBit() throws Exception {
    FeatureRows first = GaussianRows.of(400, 5, 0.0, 1.0, 1);
    FeatureRows second = GaussianRows.of(500, 5, 0.1, 1.0, 2);
    Callable<KernelDistance.Estimate> work = () -> betweenSubsets(first, second, 10, 300, 0);

    assertThat(NaiveComparison.withThreads(1, work))
        .isEqualTo(NaiveComparison.withThreads(3, work));
  }

  @Test
  void tooFewRowsAreRefused() {
    FeatureRows one = new FeatureRows(new float[3], 3);
    FeatureRows two = new FeatureRows(new float[6], 3);

    assertThatThrownBy(() -> KernelDistance.between(one, two)).hasMessageContaining("has 1 rows");
    assertThatThrownBy(() -> betweenSubsets(two, two, 10, 3, 0))
        .hasMessageContaining("subset of 3 rows cannot be drawn from 2");
    assertThatThrownBy(() -> KernelSubsets.ofFirst(two, 1, 2, 0))
        .hasMessageContaining("subsets is 1 but at least 2 are needed");
    assertThatThrownBy(
            () ->
                KernelDistance.between(
                    KernelSubsets.ofFirst(two, 2, 2, 0), KernelSubsets.ofSecond(two, 3, 2, 0)))
        .hasMessageContaining("subsets are 2 and 3");
    assertThatThrownBy(() -> betweenSubsets(two, new FeatureRows(new float[6], 2), 2, 2, 0))
        .hasMessageContaining("rows of 3 and of 2 features");
    assertThatThrownBy(() -> KernelDistance.between(two, new FeatureRows(new float[6], 2)))
        .hasMessageContaining("rows of 3 and of 2 features");
  }

  private static KernelDistance.Estimate betweenSubsets(
      FeatureRows first, FeatureRows second, int subsets, int size, long seed) {
    return KernelDistance.between(
        KernelSubsets.ofFirst(first, subsets, size, seed),
        KernelSubsets.ofSecond(second, subsets, size, seed));
  }

  /** Two rows from each law, every outcome equally likely. */
  private static double meanOverAllDraws(float[] first, float[] second) {
    double sum = 0.0;
    for (float a : first) {
      for (float b : first) {
        for (float c : second) {
          for (float d : second) {
            sum +=
                KernelDistance.between(
                    new FeatureRows(new float[] {a, b}, 1), new FeatureRows(new float[] {c, d}, 1));
          }
        }
      }
    }
    return sum / (first.length * first.length * second.length * second.length);
  }
}
