package retort.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalQuantileTest {

  @ParameterizedTest
  @CsvSource({
    "00000000, c0195a1198fcf3d4, c0cad08d",
    "00000001, c018aa6c7fe07fde, c0c55364",
    "09a1b2c3, bffc769983d17837, bfe3b4cc",
    "12345678, bff77b263457d4ce, bfbbd932",
    "13333332, bff708522723041a, bfb84291",
    "13333333, bff7085226b1fc71, bfb84291",
    "7fffffff, bdf40d931ff62707, afa06c99",
    "80000000, 3df40d931ff62707, 2fa06c99",
    "eccccccd, 3ff708522723041a, 3fb84291",
    "ffffffff, 40195a1198fcf3d4, 40cad08d"
  })
  void wordsGiveTheBitsOfTheSpecification(String word, String float64, String float32) {
    double normal = NormalQuantile.of(Integer.parseUnsignedInt(word, 16));

    assertThat(Double.doubleToRawLongBits(normal)).isEqualTo(Long.parseUnsignedLong(float64, 16));
    assertThat(Float.floatToRawIntBits((float) normal))
        .isEqualTo(Integer.parseUnsignedInt(float32, 16));
  }

  @Test
  void oppositeWordsGiveOppositeNumbers() {
    for (int word = -2_000_000_000; word < 2_000_000_000; word += 999_983) {
      assertThat(NormalQuantile.of(~word)).isEqualTo(-NormalQuantile.of(word));
    }
  }

  @Test
  void knownQuantilesAreMet() {
    // The words nearest to the probabilities 0.975, 0.9 and 0.75 are off by at most 2^-33.
    assertThat(NormalQuantile.of(wordOf(0.975))).isCloseTo(1.959963984540054, within(4e-9));
    assertThat(NormalQuantile.of(wordOf(0.9))).isCloseTo(1.2815515655446004, within(2e-9));
    assertThat(NormalQuantile.of(wordOf(0.75))).isCloseTo(0.6744897501960817, within(2e-9));
  }

  @Test
  void largerWordsGiveLargerNumbersAcrossEverySeam() {
    int[] seams = {wordOf(0.075), wordOf(0.5), wordOf(0.925), wordOf(1e-8), wordOf(1.0 / 1024)};
    for (int seam : seams) {
      for (int word = seam - 1000; word < seam + 1000 && word != -1; word++) {
        if (word + 1 != 0) {
          assertThat(NormalQuantile.of(word + 1)).isGreaterThan(NormalQuantile.of(word));
        }
      }
    }
  }

  @Test
  void meanAndVarianceOfEvenlySpacedWordsAreThoseOfTheNormalLaw() {
    int strata = 1 << 20;
    double sum = 0.0;
    double sumOfSquares = 0.0;
    for (int i = 0; i < strata; i++) {
      double normal = NormalQuantile.of((i << 12) + (1 << 11));
      sum += normal;
      sumOfSquares += normal * normal;
    }

    assertThat(sum / strata).isCloseTo(0.0, within(1e-5));
    assertThat(sumOfSquares / strata).isCloseTo(1.0, within(1e-4));
  }

  @Test
  void logarithmAgreesWithTheMathematicsLibraryToRounding() {
    for (int word = 0; word < 322_000_000; word += 9_973) {
      double expected = -Math.log((word + 0.5) * 0x1p-32);
      assertThat(NormalQuantile.minusLogOfProbability(word))
          .isCloseTo(expected, within(4e-16 * expected));
    }
  }

  private static int wordOf(double probability) {
    return (int) (long) (probability * 0x1p32);
  }
}
