package retort.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlerpTest {
  @Test
  void aQuarterCircleIsWalkedAtEvenSpeed() {
    for (double t : new double[] {0, 0.25, 0.5, 1}) {
      float[] a = {1, 0};

      Slerp.move(a, new float[] {0, 1}, t);

      assertThat(a[0]).isCloseTo((float) Math.cos(t * Math.PI / 2), within(1e-7f));
      assertThat(a[1]).isCloseTo((float) Math.sin(t * Math.PI / 2), within(1e-7f));
    }
  }

  @Test
  void thePointBetweenTwoNoisesIsAsLongAsTheyAre() {
    float[] a = new GaussianNoise(1, 0).elements(4096);
    float[] b = new GaussianNoise(2, 0).elements(4096);

    Slerp.move(a, b, 0.5);

    double square = 0;
    for (float value : a) {
      square += value * value;
    }
    assertThat(square / a.length).isCloseTo(1, within(0.05));
  }

  @Test
  void theStartIsKeptBitForBit() {
    float[] a = {0.1f, -0.0f};

    Slerp.move(a, new float[] {3, 4}, 0);

    assertThat(a).containsExactly(0.1f, -0.0f);
  }

  @Test
  void equalEndsStayWhereTheyAre() {
    float[] a = {0.5f, -2};

    Slerp.move(a, new float[] {0.5f, -2}, 0.3);

    assertThat(a).containsExactly(0.5f, -2);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void refusesAPointOffThePath(double t) {
    assertThatThrownBy(() -> Slerp.move(new float[2], new float[2], t))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("t lie in [0, 1]");
  }
}
