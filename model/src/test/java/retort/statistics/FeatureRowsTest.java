package retort.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FeatureRowsTest {

  @Test
  void valuesAreFoundByRowAndColumn() {
    FeatureRows rows = new FeatureRows(new float[] {1, 2, 3, 4, 5, 6}, 3);

    assertThat(rows.count()).isEqualTo(2);
    assertThat(rows.value(1, 0)).isEqualTo(4f);
    assertThat(rows.rows(1, 0, 1).values()).containsExactly(4, 5, 6, 1, 2, 3, 4, 5, 6);
  }

  @Test
  void brokenRowsAreRefused() {
    assertThatThrownBy(() -> new FeatureRows(new float[7], 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("7 values are no whole number of rows of 3");
    assertThatThrownBy(() -> new FeatureRows(new float[0], 0)).hasMessageContaining("is 0");
  }
}
