package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.trainer.distill.AverageConfig.PowerLaw;
import retort.trainer.distill.PowerAverages.Snapshot;

class PowerAveragesTest {
  private static final int BATCH = 100;
  private static final int STEPS = 400;
  private static final List<Double> WIDTHS = List.of(0.05, 0.10);

  @Test
  void anAverageIsTheIntegralOverItsProfile() {
    // n^m has the average (gamma + 1) / (gamma + 1 + m) N^m; a step's share is the integral.
    PowerLaw law = new PowerLaw(0.10);
    double gamma = law.gamma();

    double average = average(law, STEPS, step -> (2 * step + 1) * BATCH / 2.0);

    // The mid-points of steps against the integral of n: off by the square of a step's share.
    assertThat(average / (STEPS * BATCH))
        .isCloseTo((gamma + 1) / (gamma + 2), within(1.0 / (STEPS * STEPS)));
  }

  @Test
  void aStoredAverageIsMadeFromItself() {
    List<Snapshot> stored = snapshots();

    double[] shares = PowerAverages.shares(stored, stored.get(5));

    for (int i = 0; i < shares.length; i++) {
      assertThat(shares[i]).isCloseTo(i == 5 ? 1 : 0, within(1e-6));
    }
  }

  @ParameterizedTest
  @CsvSource({"0.075, 400", "0.06, 400", "0.09, 300", "0.12, 400", "0.15, 350"})
  void aMadeAverageIsTheTrackedOneWithinItsBound(double width, int steps) {
    List<Snapshot> stored = snapshots();
    Snapshot wanted = new Snapshot((long) steps * BATCH, new PowerLaw(width));

    double[] shares = PowerAverages.shares(stored, wanted);
    List<float[]> averages = new ArrayList<>();
    for (Snapshot snapshot : stored) {
      int stop = (int) (snapshot.images() / BATCH);
      averages.add(new float[] {(float) average(snapshot.law(), stop, PowerAveragesTest::weight)});
    }
    double made = PowerAverages.combine(averages, shares)[0];

    // Cauchy-Schwarz: the difference is the integral of (weight - 2) times the difference of the
    // densities, whose square is a sum of inner products.
    double difference = wanted.product(wanted);
    for (int i = 0; i < shares.length; i++) {
      difference -= 2 * shares[i] * stored.get(i).product(wanted);
      for (int j = 0; j < shares.length; j++) {
        difference += shares[i] * shares[j] * stored.get(i).product(stored.get(j));
      }
    }
    double square = 0;
    double rounding = 0;
    for (int step = 0; step < STEPS; step++) {
      square += BATCH * Math.pow(weight(step) - 2, 2);
    }
    for (double share : shares) {
      rounding += Math.abs(share) * 2 * Math.ulp(2f);
    }
    double bound = Math.sqrt(Math.max(difference, 0) * square);
    assertThat(bound).isLessThan(0.03);
    assertThat(made)
        .isCloseTo(
            average(wanted.law(), steps, PowerAveragesTest::weight), within(bound + rounding));
  }

  @Test
  void productsAreThoseOfTheDensities() {
    Snapshot early = new Snapshot(300, new PowerLaw(0.10));
    Snapshot late = new Snapshot(1000, new PowerLaw(0.05));
    double sum = 0;
    for (int i = 0; i < 30_000; i++) {
      double n = (i + 0.5) / 100;
      sum += density(early, n) * density(late, n) / 100;
    }

    assertThat(early.product(late) / sum).isCloseTo(1, within(1e-6));
    assertThat(late.product(early)).isCloseTo(early.product(late), within(1e-18));
  }

  @Test
  void theSameAverageTwiceAndNoneAreRefused() {
    Snapshot one = new Snapshot(300, new PowerLaw(0.10));

    assertThatThrownBy(() -> PowerAverages.shares(List.of(one, one), one))
        .hasMessageContaining("two are alike");
    assertThatThrownBy(() -> PowerAverages.shares(List.of(), one)).hasMessageContaining("are none");
    assertThatThrownBy(() -> new Snapshot(0, new PowerLaw(0.10))).hasMessageContaining("0 images");
  }

  private static double density(Snapshot of, double n) {
    double gamma = of.law().gamma();
    return (gamma + 1) / of.images() * Math.pow(n / of.images(), gamma);
  }

  /** Both widths, eight times over the run. */
  private static List<Snapshot> snapshots() {
    List<Snapshot> snapshots = new ArrayList<>();
    for (int part = 1; part <= 8; part++) {
      for (double width : WIDTHS) {
        snapshots.add(new Snapshot((long) STEPS * BATCH * part / 8, new PowerLaw(width)));
      }
    }
    return snapshots;
  }

  /** A weight as it runs through training: it settles, and swings all the while. */
  private static double weight(int step) {
    return 2 - Math.exp(-step / 80.0) + 0.2 * Math.sin(step / 15.0);
  }

  /** As a training tracks it. */
  private static double average(AverageConfig law, int steps, IntToDoubleFunction weight) {
    double average = 1e9;
    for (int step = 0; step < steps; step++) {
      double beta = law.beta(BATCH, (long) step * BATCH);
      average = beta * average + (1 - beta) * weight.applyAsDouble(step);
    }
    return average;
  }
}
