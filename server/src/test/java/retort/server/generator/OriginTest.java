package retort.server.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OriginTest {
  /** Seeds from 0, each of which moves away from the one before. */
  private static Origin nested(double... arrivals) {
    Origin origin = Origin.of(0, 1);
    for (int i = 0; i < arrivals.length; i++) {
      origin = Origin.of(i + 1, 1).movingFrom(origin, arrivals[i]);
    }
    return origin;
  }

  @Test
  void layersAreTheOriginsFromTheNewestOn() {
    Origin origin = nested(0.25, 0.5);

    assertThat(origin.layers()).extracting(Origin::seed).containsExactly(2L, 1L, 0L);
    assertThat(Origin.of(origin.layers())).isEqualTo(origin);
  }

  @Test
  void whatShowsLeastIsForgottenWhenOneMoreIsToBeNested() {
    Origin full = nested(0.5, 0.5, 0.5, 0.001, 0.5, 0.5, 0.5, 0.5);
    Origin oldestFaint = nested(0.999, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5);

    assertThat(full.left().layers())
        .extracting(Origin::seed)
        .containsExactly(8L, 7L, 6L, 5L, 3L, 2L, 1L, 0L);
    assertThat(oldestFaint.left().layers())
        .extracting(Origin::seed)
        .containsExactly(8L, 7L, 6L, 5L, 4L, 3L, 2L, 1L);
    assertThat(Origin.of(9, 1).movingFrom(full.left(), 0.5).depth()).isEqualTo(Origin.MAX_FROM);
  }

  @Test
  void whatHasRoomLosesNothing() {
    Origin origin = nested(0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5);

    assertThat(origin.left()).isEqualTo(origin);
  }

  @Test
  void arrivalOutsideItsRangeIsRefused() {
    Origin start = Origin.of(0, 1);

    assertThatThrownBy(() -> start.movingFrom(start, 1)).hasMessageContaining("arrival 1.0");
    assertThatThrownBy(() -> new Origin(0, 1, 0, 1, null, 0.5)).hasMessageContaining("arrival 0.5");
  }
}
