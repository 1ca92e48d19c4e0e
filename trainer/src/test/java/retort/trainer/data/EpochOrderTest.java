package retort.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import retort.noise.UniformDraws;

class EpochOrderTest {

  private static final UniformDraws DRAWS = new UniformDraws(7, 3);

  @Test
  void everyEpochShowsEachImageOnce() {
    EpochOrder order = new EpochOrder(100, DRAWS);

    for (int epoch = 0; epoch < 3; epoch++) {
      assertThat(order.indices(100L * epoch, 100))
          .containsExactlyInAnyOrder(IntStream.range(0, 100).toArray());
    }
  }

  @Test
  void epochsAreShuffledAnew() {
    EpochOrder order = new EpochOrder(100, DRAWS);

    int[] first = order.indices(0, 100);
    int[] second = order.indices(100, 100);

    assertThat(first).isNotEqualTo(second).isNotEqualTo(IntStream.range(0, 100).toArray());
  }

  @Test
  void resumedRunContinuesTheOrderAcrossEpochs() {
    int[] whole = new EpochOrder(10, DRAWS).indices(0, 64);
    EpochOrder resumed = new EpochOrder(10, DRAWS);

    int[] tail = resumed.indices(27, 37);

    assertThat(tail).isEqualTo(IntStream.range(27, 64).map(i -> whole[i]).toArray());
  }

  @Test
  void threadsThatShareAnOrderSeeTheSameOne() {
    EpochOrder alone = new EpochOrder(100, DRAWS);
    EpochOrder shared = new EpochOrder(100, DRAWS);

    List<int[]> parts =
        IntStream.range(0, 500).parallel().mapToObj(i -> shared.indices(7L * i, 7)).toList();

    assertThat(parts.stream().flatMapToInt(IntStream::of).toArray())
        .isEqualTo(alone.indices(0, 3500));
  }

  @Test
  void anotherSeedGivesAnotherOrder() {
    assertThat(new EpochOrder(50, new UniformDraws(1, 0)).indices(0, 50))
        .isNotEqualTo(new EpochOrder(50, new UniformDraws(2, 0)).indices(0, 50));
  }

  @Test
  void everyImageIsEquallyOftenFirst() {
    EpochOrder order = new EpochOrder(5, DRAWS);
    int[] counts = new int[5];

    for (int epoch = 0; epoch < 10_000; epoch++) {
      counts[order.indices(5L * epoch, 1)[0]]++;
    }

    for (int count : counts) {
      assertThat(count).isBetween(1_850, 2_150);
    }
  }

  @Test
  void orderOfNothingAndNegativePlacesAreRefused() {
    EpochOrder order = new EpochOrder(5, DRAWS);

    assertThatThrownBy(() -> new EpochOrder(0, DRAWS)).hasMessageContaining("size is 0");
    assertThatThrownBy(() -> order.indices(-1, 2)).hasMessageContaining("from -1");
  }
}
