package retort.trainer.mixture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import retort.trainer.mixture.GaussianMixture.Component;

class MixtureFitTest {
  private static final int COUNT = 20_000;

  private static MixtureFit fit(GaussianMixture made) {
    return MixtureFit.of(made.points(COUNT), GaussianMixture.EXAMPLE);
  }

  private static GaussianMixture withFirst(Component first) {
    List<Component> components = new ArrayList<>(GaussianMixture.EXAMPLE.components());
    components.set(0, first);
    return new GaussianMixture(components);
  }

  @Test
  void pointsOfTheMixtureItselfHaveNoErrorThoughComponentsOverlap() {
    MixtureFit fit = fit(GaussianMixture.EXAMPLE);

    assertThat(fit.weight()).isLessThan(1e-3);
    assertThat(fit.mean()).isLessThan(2e-3);
    assertThat(fit.covariance()).isLessThan(5e-3);
  }

  @Test
  void aMeanThatIsOffIsMeasuredInUnitsOfTheSpacing() {
    Component c = GaussianMixture.EXAMPLE.components().get(0);
    double shift = 0.1 * GaussianMixture.EXAMPLE.spacing();

    MixtureFit fit =
        fit(
            withFirst(
                new Component(
                    c.weight(), c.x() - shift, c.y(), c.major(), c.minor(), c.degrees())));

    // Not 0.1: the component claims points by where it should be.
    assertThat(fit.mean()).isBetween(0.08, 0.12);
  }

  @Test
  void aComponentTwiceAsWideShowsInTheCovariances() {
    Component c = GaussianMixture.EXAMPLE.components().get(0);

    MixtureFit fit =
        fit(
            withFirst(
                new Component(
                    c.weight(), c.x(), c.y(), c.major() * 2, c.minor() * 2, c.degrees())));

    assertThat(fit.covariance()).isGreaterThan(1);
  }

  @Test
  void weightsThatAreSwappedShowInTheWeights() {
    List<Component> swapped = new ArrayList<>();
    double[] weights = {0.3, 0.5, 0.2};
    for (Component c : GaussianMixture.EXAMPLE.components()) {
      swapped.add(
          new Component(weights[swapped.size()], c.x(), c.y(), c.major(), c.minor(), c.degrees()));
    }

    assertThat(fit(new GaussianMixture(swapped)).weight()).isBetween(0.18, 0.22);
  }
}
