package retort.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UniformDrawsTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 1348e23f2dce73e5, 0.07533086817221046, 75",
    "0, 0, 1, a287aadbfcf8e0ec, 0.6348826205330371, 634",
    "42, 3, 5, 5f35102e13a022c0, 0.3719034302226878, 371",
    "-1, 0, 8589934592, 7fc476c55cdc5468, 0.4990915519564265, 499"
  })
  void drawsAreThoseOfTheSpecification(
      long seed, int stream, long index, String word, double uniform, long below1000) {
    UniformDraws draws = new UniformDraws(seed, stream);
    BigInteger u = new BigInteger(word, 16);
    long bound = (1L << 62) + 1;

    assertThat(draws.uniform(index)).isEqualTo(uniform);
    assertThat(draws.below(1000, index)).isEqualTo(below1000);
    assertThat(draws.below(bound, index))
        .isEqualTo(u.multiply(BigInteger.valueOf(bound)).shiftRight(64).longValueExact());
    assertThat(draws.normal(index)).isEqualTo(NormalQuantile.of(u.shiftRight(32).intValue()));
  }

  @Test
  void integersBelowABoundAreEquallyLikely() {
    UniformDraws draws = new UniformDraws(11, 0);
    int[] counts = new int[7];

    for (int i = 0; i < 70_000; i++) {
      counts[(int) draws.below(7, i)]++;
    }

    for (int count : counts) {
      assertThat(count).isBetween(9_600, 10_400);
    }
  }

  @Test
  void uniformNumbersFillTheUnitInterval() {
    UniformDraws draws = new UniformDraws(11, 2);
    double sum = 0.0;
    for (int i = 0; i < 100_000; i++) {
      double uniform = draws.uniform(i);
      assertThat(uniform).isBetween(0.0, Math.nextDown(1.0));
      sum += uniform;
    }

    assertThat(sum / 100_000).isCloseTo(0.5, within(0.004));
  }

  @Test
  void drawsNeverShareAWordWithTheNoiseOfTheSameSeed() {
    // Different inputs of a bijection: the counters differ in their last word.
    assertThat(UniformDraws.DOMAIN).isNotEqualTo(GaussianNoise.DOMAIN);
    assertThat((float) new UniformDraws(3, 0).normal(0))
        .isNotEqualTo(new GaussianNoise(3, 0).elements(2)[1]);
  }

  @Test
  void emptyRangesAndNegativeIndexesAreRefused() {
    UniformDraws draws = new UniformDraws(0, 0);

    assertThatThrownBy(() -> draws.below(0, 0)).hasMessageContaining("bound is 0");
    assertThatThrownBy(() -> draws.uniform(-1)).hasMessageContaining("index is -1");
  }
}
