package retort.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import retort.noise.UniformDraws;

class RowDrawTest {
  private static final UniformDraws DRAWS = new UniformDraws(3, 1);

  @Test
  void noRowIsDrawnTwiceAndAllAreDrawnInTheEnd() {
    int[] all = RowDraw.of(100, 100, DRAWS);

    Arrays.sort(all);
    assertThat(all).containsExactly(IntStream.range(0, 100).toArray());
  }

  @Test
  void fewerRowsAreTheBeginningOfMore() {
    int[] many = RowDraw.of(1000, 50, DRAWS);

    assertThat(RowDraw.of(1000, 20, DRAWS)).containsExactly(Arrays.copyOf(many, 20));
  }

  @Test
  void moreRowsThanThereAreAreRefused() {
    assertThatThrownBy(() -> RowDraw.of(4, 5, DRAWS)).hasMessageContaining("5 rows cannot");
  }
}
