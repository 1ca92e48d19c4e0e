package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.trainer.distill.ProgressiveRounds.Round;

class ProgressiveRoundsTest {
  private static final ProgressiveRounds ROUNDS = new ProgressiveRounds(16, 1, 100);

  @ParameterizedTest
  @CsvSource({
    "0, 8, 0, 100",
    "99, 8, 0, 100",
    "100, 4, 100, 100",
    "200, 2, 200, 200",
    "399, 2, 200, 200",
    "400, 1, 400, 200",
    "599, 1, 400, 200",
    "600, 1, 400, 200",
  })
  void stepsAreHalvedAndTheLastTwoRoundsAreTwiceAsLong(
      long imagesSeen, int steps, long first, long images) {
    assertThat(ROUNDS.at(imagesSeen)).isEqualTo(new Round(steps, first, images));
  }

  @Test
  void aRunShowsAllRounds() {
    assertThat(ROUNDS.images()).isEqualTo(600);
    assertThat(new ProgressiveRounds(8192, 1, 6_400_000).images()).isEqualTo(15 * 6_400_000L);
    assertThat(new ProgressiveRounds(16, 4, 100).images()).isEqualTo(200);
    assertThat(new ProgressiveRounds(16, 4, 100).at(5_000).steps()).isEqualTo(4);
  }

  @Test
  void theRateFallsToNothingWithinARound() {
    Round round = new Round(2, 200, 200);

    assertThat(round.left(200)).isEqualTo(1);
    assertThat(round.left(300)).isEqualTo(0.5);
    assertThat(round.left(400)).isZero();
    assertThat(round.left(1000)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"24, 1", "16, 16", "8, 16", "0, 0", "1, 1", "16, 0", "16, -1", "12, 5"})
  void stepsHaveToBeHalvedToTheLast(int start, int end) {
    assertThatThrownBy(() -> new ProgressiveRounds(start, end, 100))
        .hasMessageContaining("steps are halved until those are left");
  }

  @Test
  void roundsNeedNotEndInOneStep() {
    assertThat(new ProgressiveRounds(24, 3, 1).at(2).steps()).isEqualTo(3);
  }
}
