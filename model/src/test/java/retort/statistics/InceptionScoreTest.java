package retort.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InceptionScoreTest {
  private static InceptionScore.Estimate score(FeatureRows logits) {
    InceptionScore score = new InceptionScore(logits.dimension(), logits.count());
    score.add(logits);
    return score.estimate();
  }

  @Test
  void aClassifierThatKnowsNothingScoresOne() {
    InceptionScore.Estimate score = score(new FeatureRows(new float[40 * 7], 7));

    assertThat(score.mean()).isCloseTo(1, offset(1e-12));
    assertThat(score.standardDeviation()).isCloseTo(0, offset(1e-12));
  }

  @Test
  void aSureClassifierThatFindsAllClassesAlikeScoresTheirNumber() {
    float[] logits = new float[40 * 4];
    for (int i = 0; i < 40; i++) {
      logits[i * 4 + i % 4] = 1000;
    }

    assertThat(score(new FeatureRows(logits, 4)).mean()).isCloseTo(4, offset(1e-12));
  }

  @Test
  void splitsThatSeeOneClassEachScoreOneWhateverTheWhole() {
    float[] logits = new float[20 * 10];
    for (int i = 0; i < 20; i++) {
      logits[i * 10 + i / 2] = 1000;
    }

    assertThat(score(new FeatureRows(logits, 10)).mean()).isCloseTo(1, offset(1e-12));
  }

  @Test
  void aCountThatSplitsUnevenlyGivesTheDefinition() {
    FeatureRows logits = GaussianRows.of(37, 5, 0, 3, 1);
    double[] scores = new double[10];
    for (int k = 0; k < 10; k++) {
      scores[k] = definition(logits, k * 37 / 10, (k + 1) * 37 / 10);
    }
    double mean = 0;
    double squares = 0;
    for (double one : scores) {
      mean += one / 10;
      squares += one * one / 10;
    }

    InceptionScore.Estimate score = score(logits);

    assertThat(score.mean()).isCloseTo(mean, offset(1e-12));
    assertThat(score.standardDeviation()).isCloseTo(Math.sqrt(squares - mean * mean), offset(1e-7));
  }

  /** exp(mean KL(p(y|x) || p(y))) of some rows. */
  private static double definition(FeatureRows logits, int from, int to) {
    int classes = logits.dimension();
    double[][] p = new double[to - from][classes];
    double[] mean = new double[classes];
    for (int i = from; i < to; i++) {
      double total = 0;
      for (int k = 0; k < classes; k++) {
        total += Math.exp(logits.value(i, k));
      }
      for (int k = 0; k < classes; k++) {
        p[i - from][k] = Math.exp(logits.value(i, k)) / total;
        mean[k] += p[i - from][k] / (to - from);
      }
    }
    double divergence = 0;
    for (double[] one : p) {
      for (int k = 0; k < classes; k++) {
        divergence += one[k] * Math.log(one[k] / mean[k]) / (to - from);
      }
    }
    return Math.exp(divergence);
  }

  @Test
  void thePartsInWhichImagesComeChangeNoBit() {
    FeatureRows logits = GaussianRows.of(50, 3, 0, 2, 1);
    InceptionScore parts = new InceptionScore(3, 50);
    for (int first : new int[] {0, 7, 30}) {
      parts.add(GaussianRows.slice(logits, first, first == 0 ? 7 : first == 7 ? 30 : 50));
    }

    assertThat(parts.estimate()).isEqualTo(score(logits));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void logitsThatAreNoProbabilitiesAreRefused(float logit) {
    InceptionScore score = new InceptionScore(2, 10);
    score.add(new FeatureRows(new float[] {0, Float.NEGATIVE_INFINITY}, 2));

    assertThatThrownBy(() -> score.add(new FeatureRows(new float[] {0, logit}, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the logits of image 1 have the maximum " + logit);
  }

  @Test
  void whatIsMissingOrTooMuchIsRefused() {
    FeatureRows ten = new FeatureRows(new float[20], 2);
    InceptionScore score = new InceptionScore(2, 15);
    score.add(ten);

    assertThatThrownBy(score::estimate).hasMessageContaining("10 images were added of the 15");
    assertThatThrownBy(() -> score.add(ten)).hasMessageContaining("more images");
    assertThatThrownBy(() -> score.add(new FeatureRows(new float[3], 3)))
        .hasMessageContaining("3 logits are given where 2");
    assertThatThrownBy(() -> new InceptionScore(2, 9)).hasMessageContaining("10 splits");
  }
}
