package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;

class StreamPlanTest {
  /** A stream that begins with a plan. */
  private static StreamState plan(long seed, List<Integer> labels, double speed, double fps) {
    return StreamState.beginning(
        "", new StreamPlan(seed, 4, labels, speed, fps, 0, ImageFormat.of(Encoding.PNG), false));
  }

  @Test
  void asFastAsFramesEachFrameIsAKeyframeWhateverTheRate() {
    for (double fps : new double[] {0.1, 3, 29.97, 49, 240}) {
      StreamState plan = plan(100, List.of(), fps, fps);

      for (long k : new long[] {0, 1, 7, 1_000_003, 1L << 50}) {
        assertThat(plan.origin(k)).isEqualTo(Origin.of(100 + k, 4));
      }
    }
  }

  @Test
  void slowWalkBlendsBetweenKeyframes() {
    StreamState plan = plan(100, List.of(), 1, 4);

    assertThat(plan.origin(5)).isEqualTo(new Origin(101, 4, 0.25, 4));
    assertThat(plan.position(5)).isEqualTo(1.25);
  }

  @Test
  void labelsFollowTheKeyframesInTurn() {
    StreamState plan = plan(0, List.of(1, 2, 3), 1, 2);

    assertThat(plan.origin(4)).isEqualTo(Origin.of(2, 3));
    assertThat(plan.origin(5)).isEqualTo(new Origin(2, 3, 0.5, 1));
  }

  @Test
  void walkWithoutSpeedStays() {
    StreamState plan = plan(9, List.of(1, 2), 0, 20);

    assertThat(plan.origin(12345)).isEqualTo(Origin.of(9, 1));
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "1, 0.009", "1, 241", "1, Infinity", "1, NaN", "-1, 1", "241, 1", "NaN, 1"})
  void ratesOutsideTheLimitsAreRefused(double speed, double fps) {
    assertThatThrownBy(() -> plan(0, List.of(), speed, fps))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fps " + fps);
  }

  @Test
  void seedsWrapAround() {
    assertThat(plan(-1, List.of(), 1, 1).origin(1).seed()).isZero();
  }
}
