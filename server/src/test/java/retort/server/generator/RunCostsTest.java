package retort.server.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RunCostsTest {
  private final RunCosts costs = RunCosts.of(100, 150, 180);

  @Test
  void largestBatchWithinALimitIsAtLeastOne() {
    assertThat(costs.within(1000)).isEqualTo(3);
    assertThat(costs.within(179)).isEqualTo(2);
    assertThat(costs.within(1)).isEqualTo(1);
  }

  @Test
  void imageCostsLessInABatchThatIsAllowed() {
    assertThat(costs.perImage(1000)).isEqualTo(60);
    assertThat(costs.perImage(150)).isEqualTo(75);
    assertThat(costs.perImage(1)).isEqualTo(100);
  }

  @Test
  void everySizeFollowsWhatRunsTake() {
    for (int i = 0; i < 1000; i++) {
      costs.measured(1, 300);
    }

    assertThat(costs.nanos(1)).isEqualTo(300);
    assertThat(costs.nanos(3)).isEqualTo(540);
  }

  @Test
  void oneStallChangesLittle() {
    costs.measured(1, 1_000_000_000);

    assertThat(costs.nanos(1)).isEqualTo(106);
  }

  @Test
  void timesAreAboveZero() {
    assertThatThrownBy(() -> RunCosts.of(1, 0)).hasMessageContaining("[1, 0] should be");
    assertThatThrownBy(RunCosts::of).hasMessageContaining("one time above 0");
  }
}
