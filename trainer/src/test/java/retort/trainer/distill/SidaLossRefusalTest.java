package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/** What the adversarial losses cannot be built from. */
class SidaLossRefusalTest {
  private static final int BATCH = 2;
  private static final SidLoss IDENTITY = new SidLoss(1, 2.5, 100);
  private static final SidaLoss LOSS = new SidaLoss(IDENTITY, 0.01, 1);

  @Test
  void aTeacherWithoutFeaturesIsRefused() {
    DenoiserModel teacher = GaussianDenoisers.of(new double[] {0, 0}, new double[] {1, 1});

    assertThatThrownBy(() -> LOSS.generatorStep(teacher, BATCH))
        .hasMessageContaining("shows no features, which the discriminator is read from; import it")
        .hasMessageContaining("--features NAME");
  }

  @Test
  void featuresWithoutPlacesAreRefused() {
    GraphBuilder g = new GraphBuilder();
    Value y = g.input(DenoiserModel.NOISY, Shape.batch(1, 1, 2));
    g.input(DenoiserModel.SIGMA, Shape.batch());
    g.output(DenoiserModel.DENOISED, y.times(2));
    g.output(DenoiserModel.FEATURES, y.reshape(-1, 2));
    DenoiserModel teacher = new DenoiserModel(g.build(), 0.5, List.of(), Map.of());

    assertThatThrownBy(() -> LOSS.fakeScoreStep(teacher, BATCH))
        .hasMessageContaining("features are [N, 2] but the discriminator is read from [N,");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void scalesArePositiveAndFinite(double scale) {
    for (double[] scales : List.of(new double[] {scale, 1}, new double[] {1, scale})) {
      assertThatThrownBy(() -> new SidaLoss(IDENTITY, scales[0], scales[1]))
          .hasMessageContaining("the scales of the adversarial term and the discriminator are")
          .hasMessageContaining(Double.toString(scale));
    }
  }
}
