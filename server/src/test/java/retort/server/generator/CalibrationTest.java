package retort.server.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final Layout NARROW = new Layout(4, 1, 1);
  private static final Layout WIDE = new Layout(1, 4, 4);

  private static Calibration of(Layout layout, double millis) {
    return new Calibration(layout, List.of(Math.round(millis * 1e6)));
  }

  @Test
  void layoutsGoFromManyRunsToOne() {
    assertThat(Layout.candidates(Device.CPU, 6))
        .containsExactly(new Layout(6, 1, 1), new Layout(3, 2, 4), new Layout(1, 6, 6));
    assertThat(Layout.candidates(new Device(Device.Provider.CUDA, 0), 16))
        .containsExactly(new Layout(4, 4, 1), new Layout(2, 8, 1), new Layout(1, 16, 1));
    assertThat(Layout.candidates(Device.CPU, 1)).containsExactly(new Layout(1, 1, 1));
  }

  @Test
  void mostImagesWin() {
    assertThat(of(WIDE, 7).betterThan(of(NARROW, 40))).isTrue();
    assertThat(of(WIDE, 11).betterThan(of(NARROW, 40))).isFalse();
  }

  @Test
  void differencesByChanceDoNotCount() {
    assertThat(of(WIDE, 8.1).betterThan(of(NARROW, 40))).isFalse();
  }

  @Test
  void frameRateGoesBeforeImages() {
    assertThat(of(WIDE, 45).betterThan(of(NARROW, 120))).isTrue();
    assertThat(of(NARROW, 120).betterThan(of(WIDE, 45))).isFalse();
    assertThat(of(WIDE, 60).betterThan(of(NARROW, 120))).isFalse();
  }

  @Test
  void throughputIsThatOfTheBestBatch() {
    Calibration calibration =
        new Calibration(new Layout(2, 1, 1), List.of(10_000_000L, 12_500_000L));

    assertThat(calibration.imagesPerSecond()).isEqualTo(320);
  }
}
