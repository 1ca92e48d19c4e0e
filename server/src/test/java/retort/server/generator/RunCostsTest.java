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
    RunCosts slow = RunCosts.of(100_000_000, 150_000_000);
    for (int i = 0; i < 1000; i++) {
      slow.measured(1, 300_000_000);
    }

    assertThat(slow.nanos(1)).isEqualTo(300_000_000);
    assertThat(slow.nanos(2)).isEqualTo(450_000_000);
  }

  @Test
  void averageIsOverTwoSecondsOfRunsHoweverLongARunIs() {
    for (int millis : new int[] {1, 10, 100}) {
      long expected = millis * 1_000_000L;
      RunCosts costs = RunCosts.of(expected);
      for (int spent = 0; spent < 2000; spent += 2 * millis) {
        costs.measured(1, 2 * expected);
      }

      // Two seconds of runs that take twice as long bring it about half way.
      assertThat(costs.nanos(1) / (double) expected).isBetween(1.4, 1.6);
    }
  }

  @Test
  void oneStallChangesLittle() {
    RunCosts tenMillis = RunCosts.of(10_000_000);

    tenMillis.measured(1, 1_000_000_000);

    assertThat(tenMillis.nanos(1)).isEqualTo(10_150_000);
  }

  @Test
  void timesAreAboveZero() {
    assertThatThrownBy(() -> RunCosts.of(1, 0)).hasMessageContaining("[1, 0] should be");
    assertThatThrownBy(RunCosts::of).hasMessageContaining("one time above 0");
  }
}
