package retort.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import retort.noise.GaussianNoise;

class SeededNoiseTest {

  @Test
  void anImageHasTheNoiseOfItsSeedInAnyBatch() {
    float[] alone = new SeededNoise(7).start(6);
    float[] among = new SeededNoise(3, 7, 9).start(6);

    assertThat(Arrays.copyOfRange(among, 6, 12)).containsExactly(alone);
    assertThat(alone).containsExactly(new GaussianNoise(7, 0).elements(6));
  }

  @Test
  void stepsUseTheStreamsAfterTheStart() {
    double[] drawn = new SeededNoise(3, 7).draw(4, 10);
    float[] expected = new GaussianNoise(7, 5).elements(5);

    for (int i = 0; i < 5; i++) {
      assertThat(drawn[5 + i]).isEqualTo(expected[i]);
    }
  }

  @Test
  void batchesThatDoNotFitTheSeedsAreRefused() {
    assertThatThrownBy(() -> new SeededNoise(1, 2, 3).draw(0, 10))
        .hasMessageContaining("10 elements cannot be shared by 3 seeds");
    assertThatThrownBy(SeededNoise::new).hasMessageContaining("no seeds");
  }
}
