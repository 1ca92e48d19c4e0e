package retort.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ChurnTest {

  @Test
  void theTotalIsSharedByTheSteps() {
    assertThat(new Churn(40.0, 0.05, 50.0, 1.003).gamma(1.0, 256)).isEqualTo(40.0 / 256);
  }

  @Test
  void noStepMoreThanDoublesTheVariance() {
    assertThat(new Churn(40.0, 0.05, 50.0, 1.003).gamma(1.0, 6)).isEqualTo(Math.sqrt(2.0) - 1.0);
  }

  @Test
  void bothEndsOfTheRangeBelongToIt() {
    Churn churn = new Churn(1.0, 0.05, 50.0, 1.0);

    assertThat(churn.gamma(0.05, 10)).isPositive();
    assertThat(churn.gamma(50.0, 10)).isPositive();
    assertThat(churn.gamma(0.049, 10)).isZero();
    assertThat(churn.gamma(50.1, 10)).isZero();
  }

  @Test
  void impossibleAmountsAreRefused() {
    assertThatThrownBy(() -> new Churn(-1.0, 0.0, 1.0, 1.0)).hasMessageContaining("churn -1.0");
    assertThatThrownBy(() -> new Churn(1.0, 2.0, 1.0, 1.0))
        .hasMessageContaining("between 2.0 and 1.0");
  }
}
