package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import retort.server.FakeNetwork;
import retort.server.generator.Network;
import retort.server.generator.RunCosts;

class CapacityTest {
  private final Capacity capacity = new Capacity(2, 0.9);
  private final Network tenMillis = FakeNetwork.taking(10);

  @Test
  void streamsArePromisedNineTenthsOfTheMachine() {
    for (int i = 0; i < 9; i++) {
      capacity.take(tenMillis, 20, 0);
    }

    assertThatThrownBy(() -> capacity.take(tenMillis, 20, 0))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("fps is 20.0")
        .hasMessageContaining("0.0 frames a second left for this model");
  }

  @Test
  void refusalSaysHowMuchIsLeftForThatModel() {
    Network twenty = new FakeNetwork(1, 2, RunCosts.of(20_000_000));
    capacity.take(tenMillis, 100, 0);

    assertThatThrownBy(() -> capacity.take(twenty, 30, 0))
        .hasMessageContaining("20.0 frames a second left")
        .satisfies(
            refused ->
                assertThat(((RefusedException) refused).retryAfter())
                    .contains(Duration.ofSeconds(1)));
    capacity.take(twenty, 20, 0);
  }

  @Test
  void placeThatIsClosedIsFree() {
    Capacity.Place place = capacity.take(tenMillis, 180, 0);
    place.close();
    place.close();

    capacity.take(tenMillis, 180, 0);
  }

  @Test
  void streamMayTakeLessAtAnyTimeAndMoreWhereThereIsRoom() {
    capacity.take(tenMillis, 100, 0);
    Capacity.Place place = capacity.take(tenMillis, 50, 0);

    assertThatThrownBy(() -> place.change(81)).hasMessageContaining("80.0 frames");
    place.change(80);
    place.change(10);
    capacity.take(tenMillis, 70, 0);
  }

  @Test
  void streamMovesToANetworkThatTakesMoreOnlyWhereThereIsRoom() {
    Network thirty = FakeNetwork.taking(30);
    capacity.take(tenMillis, 100, 0);
    Capacity.Place slow = capacity.take(tenMillis, 20, 0);
    Capacity.Place fast = capacity.take(tenMillis, 30, 0);

    assertThat(fast.moveTo(thirty)).isFalse();
    assertThat(slow.moveTo(thirty)).isFalse();
    fast.change(20);
    assertThat(slow.moveTo(thirty)).isTrue();

    assertThatThrownBy(() -> capacity.take(tenMillis, 1, 0)).hasMessageContaining("0.0 frames");
    assertThat(slow.moveTo(tenMillis)).isTrue();
    capacity.take(tenMillis, 40, 0);
  }

  @Test
  void streamThatWasPromisedTooMuchStillMovesToWhatTakesNoMore() {
    Capacity.Place place = capacity.take(tenMillis, 180, 0);
    for (int i = 0; i < 3000; i++) {
      tenMillis.costs().measured(1, 20_000_000);
    }

    assertThat(place.moveTo(FakeNetwork.taking(15))).isTrue();
  }

  @Test
  void whatImagesCostNowCounts() {
    for (int i = 0; i < 3000; i++) {
      tenMillis.costs().measured(1, 20_000_000);
    }

    assertThatThrownBy(() -> capacity.take(tenMillis, 91, 0)).hasMessageContaining("90.0 frames");
  }

  @Test
  void batchesCountWhereTheyAreShortEnough() {
    Network batches = new FakeNetwork(2, 1, RunCosts.of(10_000_000, 12_000_000));

    // A quarter of a period is 12.5 ms at 20 frames a second, and 10 at 25.
    assertThatThrownBy(() -> capacity.take(batches, 1000, 0)).hasMessageContaining("180.0 frames");
    for (int i = 0; i < 15; i++) {
      capacity.take(batches, 20, 0);
    }
    assertThatThrownBy(() -> capacity.take(batches, 20, 0)).hasMessageContaining("0.0 frames");
  }

  @Test
  void streamsOfOneRateAreSpreadOverAPeriod() {
    Network quick = FakeNetwork.taking(1);
    long start = Long.MAX_VALUE - 10_000_000;
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      long now = start + 7_000_000L * i;
      long due = capacity.take(quick, 20, now).due();
      assertThat(due - now).isBetween(0L, 50_000_000L);
      millis.add((due - start) / 1_000_000 % 50);
    }

    assertThat(millis).containsExactlyInAnyOrder(0L, 25L, 12L, 37L);
  }

  @Test
  void slowStreamsAndOthersOfAnotherRateBeginAtOnce() {
    Network quick = FakeNetwork.taking(1);

    assertThat(capacity.take(quick, 20, 5).due()).isEqualTo(5);
    assertThat(capacity.take(quick, 30, 5).due()).isEqualTo(5);
    assertThat(capacity.take(quick, 1, 5).due()).isEqualTo(5);
    assertThat(capacity.take(quick, 1, 5).due()).isEqualTo(5);
  }
}
