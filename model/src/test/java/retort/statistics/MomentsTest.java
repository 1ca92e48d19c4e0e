package retort.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import org.junit.jupiter.api.Test;

class MomentsTest {

  @Test
  void meanAndUnbiasedCovarianceAreTheOnesWorkedOutByHand() {
    Moments moments = Moments.of(new FeatureRows(new float[] {1, 2, 3, 6, 5, 4}, 2));

    assertThat(moments.count()).isEqualTo(3);
    assertThat(moments.mean()).containsExactly(3.0, 4.0);
    assertThat(moments.covariance()).containsExactly(4.0, 2.0, 2.0, 4.0);
  }

  @Test
  void blocksMergeToTheWholeInAnyOrderAndGrouping() {
    FeatureRows rows = GaussianRows.of(500, 9, 2.0, 3.0, 1);
    Moments whole = Moments.of(rows);
    Moments a = Moments.of(GaussianRows.slice(rows, 0, 1));
    Moments b = Moments.of(GaussianRows.slice(rows, 1, 38));
    Moments c = Moments.of(GaussianRows.slice(rows, 38, 400));
    Moments d = Moments.of(GaussianRows.slice(rows, 400, 500));

    assertSame(a.merge(b).merge(c).merge(d), whole);
    assertSame(d.merge(c).merge(b).merge(a), whole);
    assertSame(b.merge(d).merge(a.merge(c)), whole);
  }

  @Test
  void theMomentsOfNothingChangeNothing() {
    Moments moments = Moments.of(GaussianRows.of(20, 4, 0.0, 1.0, 2));

    assertThat(Moments.empty(4).merge(moments)).isSameAs(moments);
    assertThat(moments.merge(Moments.empty(4))).isSameAs(moments);
    assertThat(Moments.of(new FeatureRows(new float[0], 4)).count()).isZero();
  }

  @Test
  void aLargeMeanDoesNotDrownTheCovariance() {
    // 1048576 is exact in float32 together with the small steps added to it.
    float[] values = new float[1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1048576f + (i % 2);
    }
    FeatureRows rows = new FeatureRows(values, 1);

    Moments merged = Moments.empty(1);
    for (int i = 0; i < 1000; i += 10) {
      merged = merged.merge(Moments.of(GaussianRows.slice(rows, i, i + 10)));
    }

    assertThat(merged.covariance()[0]).isCloseTo(250.0 / 999.0, offset(1e-12));
  }

  @Test
  void resultsAreCopies() {
    Moments moments = Moments.of(new FeatureRows(new float[] {1, 3}, 1));

    moments.mean()[0] = 99.0;
    moments.covariance()[0] = 99.0;

    assertThat(moments.mean()).containsExactly(2.0);
    assertThat(moments.covariance()).containsExactly(2.0);
  }

  @Test
  void differentDimensionsAndSingleRowsAreRefused() {
    Moments one = Moments.of(new FeatureRows(new float[] {1, 2}, 2));

    assertThatThrownBy(() -> one.merge(Moments.empty(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("moments of 2 and of 3 features");
    assertThatThrownBy(one::covariance)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("at least 2 rows but there are 1");
  }

  private static void assertSame(Moments actual, Moments expected) {
    assertThat(actual.count()).isEqualTo(expected.count());
    assertThat(actual.mean()).containsExactly(expected.mean(), offset(1e-13));
    assertThat(actual.covariance()).containsExactly(expected.covariance(), offset(1e-12));
  }
}
