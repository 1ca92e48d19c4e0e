package retort.trainer.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.noise.UniformDraws;

class GridLevelsTest {
  private static final ImageShape PAIR = new ImageShape(1, 1, 2);

  private static GridLevels pairs(int columns, int... levels) {
    return new GridLevels(levels, PAIR, columns);
  }

  private static GridLevels square(int side, int... levels) {
    return new GridLevels(levels, new ImageShape(1, side, side), 1);
  }

  @Test
  void theDistanceIsARootMeanSquare() {
    GridLevels before = pairs(1, 10, 20, 30, 40);

    assertThat(before.distance(before)).isZero();
    assertThat(pairs(1, 13, 24, 30, 40).distance(before)).isEqualTo(Math.sqrt((9 + 16) / 4.0));
  }

  @Test
  void twoImagesAreAsFarApartAsTheirDifferenceSays() {
    assertThat(pairs(1, 0, 100, 6, 92).spread()).isCloseTo(Math.sqrt(50), within(1e-9));
  }

  @Test
  void theSpreadIsThatOfAllPairsOfAColumn() {
    // Values 0, 3, 9: the squared differences are 9, 81, 36, and 42 in the mean.
    assertThat(pairs(1, 0, 0, 3, 3, 9, 9).spread()).isCloseTo(Math.sqrt(42), within(1e-9));
  }

  @Test
  void columnsMayDifferAsMuchAsTheyLike() {
    assertThat(pairs(2, 0, 0, 200, 200, 0, 0, 200, 200).spread()).isZero();
  }

  @Test
  void smoothImagesAreNotRoughAndAChequerboardIsTwiceAsRoughAsNoise() {
    assertThat(square(2, 7, 7, 7, 7).roughness()).isZero();
    // Each pair of neighbours differs by 2, the variance is 1.
    assertThat(square(2, 0, 2, 2, 0).roughness()).isEqualTo(2);
    int[] ramp = new int[256 * 256];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = i % 256;
    }
    assertThat(square(256, ramp).roughness()).isLessThan(1e-3);
  }

  @Test
  void whiteNoiseHasRoughnessOne() {
    UniformDraws draws = new UniformDraws(1, 0);
    int[] noise = new int[128 * 128];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (int) draws.below(256, i);
    }

    assertThat(square(128, noise).roughness()).isCloseTo(1, within(0.05));
  }

  @Test
  void neighboursAreOfOneRowOneImageAndOneChannel() {
    ImageShape shape = new ImageShape(2, 1, 2);

    // Within each row of two nothing differs, whatever stands beside it in memory.
    assertThat(new GridLevels(new int[] {0, 0, 9, 9, 0, 0, 9, 9}, shape, 1).roughness()).isZero();
  }
}
