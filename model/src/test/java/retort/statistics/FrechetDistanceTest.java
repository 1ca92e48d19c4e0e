package retort.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {

  @Test
  void oneFeatureGivesTheDistanceOfMeansAndOfDeviations() {
    double distance =
        FrechetDistance.between(
            new double[] {1.0}, new double[] {4.0}, new double[] {4.0}, new double[] {25.0});

    assertThat(distance).isCloseTo(9.0 + 9.0, offset(1e-12));
  }

  @Test
  void independentFeaturesAddUp() {
    double distance =
        FrechetDistance.between(
            new double[] {0, 1, 2}, diagonal(1, 4, 9), new double[] {1, 1, 0}, diagonal(16, 4, 1));

    assertThat(distance).isCloseTo(1.0 + 0.0 + 4.0 + 9.0 + 0.0 + 4.0, offset(1e-12));
  }

  @Test
  void correlatedFeaturesHaveTheTraceOfTheClosedForm() {
    // In two dimensions tr sqrt(S1 S2) = sqrt(tr(S1 S2) + 2 sqrt(det S1 det S2)).
    double[] first = {2.0, 0.5, 0.5, 1.0};
    double[] second = {1.0, -0.3, -0.3, 3.0};
    double traceOfProduct = 2.0 - 0.15 - 0.15 + 3.0;
    double root = Math.sqrt(traceOfProduct + 2.0 * Math.sqrt(1.75 * 2.91));

    double distance = FrechetDistance.between(new double[2], first, new double[2], second);

    assertThat(distance).isCloseTo(3.0 + 4.0 - 2.0 * root, offset(1e-12));
  }

  @Test
  void equalMomentsAreNoDistanceApart() {
    Moments moments = Moments.of(GaussianRows.of(400, 32, 1.0, 2.0, 3));

    assertThat(FrechetDistance.between(moments, moments)).isCloseTo(0.0, offset(1e-11));
  }

  @Test
  void theOrderOfTheSetsDoesNotMatter() {
    Moments first = Moments.of(GaussianRows.of(200, 16, 1.0, 2.0, 3));
    Moments second = Moments.of(GaussianRows.of(300, 16, 0.5, 1.0, 4));

    assertThat(FrechetDistance.between(first, second))
        .isCloseTo(FrechetDistance.between(second, first), offset(1e-11));
  }

  @Test
  void fewerImagesThanFeaturesAreExact() {
    // Second set: the same rows three times as far from their mean, so the distance is 4 tr(S).
    FeatureRows rows = GaussianRows.of(10, 64, 0.0, 1.0, 5);
    Moments moments = Moments.of(rows);
    double[] covariance = moments.covariance();
    double[] wider = covariance.clone();
    double trace = 0.0;
    for (int i = 0; i < wider.length; i++) {
      wider[i] *= 9.0;
      trace += i % 65 == 0 ? covariance[i] : 0.0;
    }

    double distance = FrechetDistance.between(moments.mean(), covariance, moments.mean(), wider);

    assertThat(distance).isCloseTo(4.0 * trace, offset(1e-10 * trace));
  }

  @Test
  void constantFeaturesLeaveTheOtherTrace() {
    assertThat(
            FrechetDistance.between(
                new double[2], diagonal(0, 0), new double[] {0, 2}, diagonal(3, 5)))
        .isCloseTo(4.0 + 8.0, offset(1e-12));
  }

  @Test
  void manyFeaturesOfSmallScaleCountBesideOneOfLargeScale() {
    // Sum of (sqrt(v) - sqrt(w))^2: 511 times between 8e-14 and 1e-4, and nothing for the 1.
    int n = 512;
    double[] first = new double[n];
    double[] second = new double[n];
    Arrays.fill(first, 8e-14);
    Arrays.fill(second, 1e-4);
    first[300] = 1;
    second[300] = 1;
    first[7] = 0; // A constant feature leaves the other's variance.
    double root = 1e-2 - Math.sqrt(8e-14);

    double distance =
        FrechetDistance.between(new double[n], diagonal(first), new double[n], diagonal(second));

    assertThat(distance).isCloseTo(510 * root * root + 1e-4, offset(1e-12));
  }

  @Test
  void theUnitsOfFeaturesDoNotDecideTheRank() {
    // Rows of rank 9 in 64 features, of scales down to 1e-7: three times as far, 4 tr(S).
    FeatureRows rows = GaussianRows.of(10, 64, 0.0, 1.0, 6);
    double[] covariance = Moments.of(rows).covariance();
    double trace = 0.0;
    for (int i = 0; i < 64; i++) {
      for (int j = 0; j < 64; j++) {
        covariance[i * 64 + j] *= Math.pow(10, -(i % 8) - j % 8);
      }
      trace += covariance[i * 65];
    }
    double[] wider = Arrays.stream(covariance).map(entry -> 9 * entry).toArray();

    double distance = FrechetDistance.between(new double[64], covariance, new double[64], wider);

    assertThat(distance).isCloseTo(4.0 * trace, offset(1e-10 * trace));
  }

  @Test
  void asymmetryBeyondRoundingIsRefused() {
    double[] rounded = {4, 1, 1 + 1e-6, 3};

    FrechetDistance.requireCovariance(rounded, 2, "a file");

    assertThatThrownBy(
            () -> FrechetDistance.requireCovariance(new double[] {4, 1, 1.1, 3}, 2, "a file"))
        .hasMessageContaining("a file is not symmetric: features 1 and 0 have 1.1 one way");
    assertThatThrownBy(
            () -> FrechetDistance.requireCovariance(new double[] {1, 2, 2, 1}, 2, "a file"))
        .hasMessageContaining("a file is not positive semi-definite");
  }

  @Test
  void matricesThatAreNoCovariancesAreRefused() {
    assertThatThrownBy(
            () ->
                FrechetDistance.between(
                    new double[2], diagonal(1, -1), new double[2], diagonal(1, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the first set is not positive semi-definite")
        .hasMessageContaining("feature 1");
    assertThatThrownBy(
            () ->
                FrechetDistance.between(
                    new double[2], diagonal(1, 1), new double[2], diagonal(1, Double.NaN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the second set");
    assertThatThrownBy(
            () ->
                FrechetDistance.between(new double[2], new double[4], new double[3], new double[9]))
        .hasMessageContaining("means of 2 and 3 features");
  }

  private static double[] diagonal(double... entries) {
    int n = entries.length;
    double[] matrix = new double[n * n];
    for (int i = 0; i < n; i++) {
      matrix[i * n + i] = entries[i];
    }
    return matrix;
  }
}
