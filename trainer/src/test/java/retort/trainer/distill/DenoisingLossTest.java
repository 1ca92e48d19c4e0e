package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.network.SongUNet;
import retort.reference.TinyEdm2;

class DenoisingLossTest {
  private static final double[] IMAGES = {0.5, -0.2, 0.9, 0.1};
  private static final double[] NOISE = {1.5, -0.7, 0.3, 0.4};
  private static final double[] SIGMA = {2.5, 0.1};
  private static final double[] MEAN = {0.3, -0.1};
  private static final double[] DEVIATION = {0.5, 0.2};

  private static Map<String, Tensor> arguments(int first, int count) {
    return Map.of(
        DenoisingLoss.IMAGES, rows(IMAGES, first, count, 2),
        DenoisingLoss.NOISE, rows(NOISE, first, count, 2),
        DenoiserModel.SIGMA, rows(SIGMA, first, count, 1));
  }

  private static Tensor rows(double[] values, int first, int count, int size) {
    float[] floats = new float[count * size];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[first * size + i];
    }
    return Tensor.floats(size == 1 ? new int[] {count} : new int[] {count, 1, 1, size}, floats);
  }

  /** {@code w(sigma) (D - x)^2} of one value, with the ideal denoiser. */
  private static double term(int at) {
    double sigma = SIGMA[at / 2];
    double s = DEVIATION[at % 2];
    double y = IMAGES[at] + sigma * NOISE[at];
    double d = (s * s * y + sigma * sigma * MEAN[at % 2]) / (s * s + sigma * sigma);
    double w = (sigma * sigma + 0.25) / (sigma * 0.5 * sigma * 0.5);
    return w * (d - IMAGES[at]) * (d - IMAGES[at]);
  }

  private static double[] run(int first, int count, String output) {
    Graph loss = DenoisingLoss.of(GaussianDenoisers.of(MEAN, DEVIATION), 2);
    return Objects.requireNonNull(Interpreter.run(loss, arguments(first, count)).get(output))
        .reals();
  }

  @Test
  void termsAreWeightedSquaresOfWhatTheDenoiserMisses() {
    double[] terms = run(0, 2, DenoisingLoss.LOSS);

    for (int at = 0; at < 4; at++) {
      assertThat(terms[at]).isCloseTo(term(at), within(1e-5 * term(at)));
    }
  }

  @Test
  void theTotalIsTheMeanOverImagesOfSumsOverPixels() {
    double total = run(0, 2, DenoisingLoss.TOTAL)[0];

    assertThat(total).isCloseTo((term(0) + term(1) + term(2) + term(3)) / 2, within(1e-5 * total));
  }

  @Test
  void totalsOfMicroBatchesAddUpToThatOfTheBatch() {
    double parts = run(0, 1, DenoisingLoss.TOTAL)[0] + run(1, 1, DenoisingLoss.TOTAL)[0];

    assertThat(parts).isCloseTo(run(0, 2, DenoisingLoss.TOTAL)[0], within(1e-12 * parts));
  }

  @Test
  void theOtherDiffusionsWeighALevelByItsInverseVariance() {
    Graph loss = DenoisingLoss.of(GaussianDenoisers.of(MEAN, DEVIATION), LossWeight.SNR, 2);

    double[] terms = terms(loss, arguments(0, 2));

    for (int at = 0; at < 4; at++) {
      double sigma = SIGMA[at / 2];
      // EDM's weight is 1 / sigma^2 + 1 / 0.5^2.
      double expected = term(at) / (1 + 4 * sigma * sigma);
      assertThat(terms[at]).isCloseTo(expected, within(1e-5 * expected));
    }
  }

  @Test
  void aDenoiserThatKnowsItsUncertaintyLearnsIt() {
    DenoiserModel known = TinyEdm2.denoiser(0);
    Map<String, Tensor> arguments =
        Map.of(
            DenoisingLoss.IMAGES, TinyEdm2.normal(1, 2, 1, 8, 8),
            DenoisingLoss.NOISE, TinyEdm2.normal(2, 2, 1, 8, 8),
            DenoiserModel.SIGMA, rows(SIGMA, 0, 2, 1));
    Map<String, Tensor> noisy =
        Map.of(
            DenoiserModel.NOISY, TinyEdm2.normal(1, 2, 1, 8, 8),
            DenoiserModel.SIGMA, rows(SIGMA, 0, 2, 1));

    double[] terms = terms(known, arguments);

    double[] plain = terms(known.withoutLogvar(), arguments);
    double[] u =
        Objects.requireNonNull(Interpreter.run(known.graph(), noisy).get(DenoiserModel.LOGVAR))
            .reals();
    assertThat(u[0]).isNotCloseTo(u[1], within(0.01));
    for (int at = 0; at < terms.length; at++) {
      double expected = plain[at] / Math.exp(u[at / 64]) + u[at / 64];
      assertThat(terms[at]).isCloseTo(expected, within(1e-5 * (plain[at] + 1)));
    }
  }

  private static double[] terms(DenoiserModel denoiser, Map<String, Tensor> arguments) {
    return terms(DenoisingLoss.of(denoiser, 2), arguments);
  }

  private static double[] terms(Graph loss, Map<String, Tensor> arguments) {
    return Objects.requireNonNull(Interpreter.run(loss, arguments).get(DenoisingLoss.LOSS)).reals();
  }

  @Test
  void conditioningIsPassedOn() {
    SongUNet network = SongUNet.ddpmpp(4, 1, 2, 9, 8, List.of(1), 1, 1, Set.of(), 0.1);
    DenoiserModel model =
        new DenoiserModel(
            new EdmPreconditioning(0.5).denoiser(network.build(0)),
            0.5,
            List.of("a", "b"),
            Map.of());

    Graph loss = DenoisingLoss.of(model, 2);

    assertThat(loss.inputs().stream().map(Graph.Input::name))
        .containsExactlyInAnyOrder("images", "noise", "sigma", "label", "augment");
    assertThat(Arrays.asList(DenoisingLoss.TOTAL, DenoisingLoss.LOSS)).isEqualTo(loss.outputs());
  }
}
