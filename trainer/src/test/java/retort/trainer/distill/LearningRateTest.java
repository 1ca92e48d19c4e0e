package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearningRateTest {

  @Test
  void aConstantRateNeverChanges() {
    LearningRate rate = LearningRate.constant(0.3);

    assertThat(rate.at(0)).isEqualTo(0.3);
    assertThat(rate.at(Long.MAX_VALUE / 2)).isEqualTo(0.3);
  }

  @Test
  void aWarmUpRisesInAStraightLineAndStays() {
    LearningRate rate = new LearningRate(1, 100, 0);

    assertThat(rate.at(0)).isEqualTo(0.01);
    assertThat(rate.at(49)).isEqualTo(0.5);
    assertThat(rate.at(99)).isEqualTo(1);
    assertThat(rate.at(5000)).isEqualTo(1);
  }

  @Test
  void aDecayFallsAlongHalfACosineToZero() {
    LearningRate rate = new LearningRate(2, 0, 1000);

    assertThat(rate.at(0)).isEqualTo(2);
    assertThat(rate.at(500)).isCloseTo(1, within(1e-12));
    assertThat(rate.at(250)).isCloseTo(1 + Math.sqrt(0.5), within(1e-12));
    assertThat(rate.at(1000)).isZero();
    assertThat(rate.at(2000)).isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void ratesThatTeachNothingAreRefused(double rate) {
    assertThatThrownBy(() -> LearningRate.constant(rate))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the learning rate is " + rate);
  }

  @Test
  void spansAreNotNegative() {
    assertThatThrownBy(() -> new LearningRate(1, -1, 0)).hasMessageContaining("-1 images");
    assertThatThrownBy(() -> new LearningRate(1, 0, -2)).hasMessageContaining("-2 of decay");
  }
}
