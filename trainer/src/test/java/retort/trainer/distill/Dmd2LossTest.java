package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.reference.TinyEdm2;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

class Dmd2LossTest {
  private static final int BATCH = 2;
  private static final DistributionMatching MATCHING =
      new DistributionMatching(2.5, LossWeight.EDM);

  /**
   * {@code D(y) = a y}, whose features are {@code e y}, for eight e: the encoder, which D does
   * without.
   */
  private static DenoiserModel teacher() {
    GraphBuilder g = new GraphBuilder();
    Value y = g.input(DenoiserModel.NOISY, Shape.batch(1, 4, 4));
    g.input(DenoiserModel.SIGMA, Shape.batch());
    Value a = g.parameter("a", Tensor.floats(new int[] {1}, 0.4f));
    Value e = g.parameter("e", TinyEdm2.normal(3, 1, 8, 1, 1));
    g.output(DenoiserModel.DENOISED, y.times(a));
    g.output(DenoiserModel.FEATURES, y.times(e));
    return new DenoiserModel(g.build(), 0.5, List.of(), Map.of());
  }

  private static Tensor images(long seed) {
    return TinyEdm2.normal(seed, BATCH, 1, 4, 4);
  }

  private static Map<String, Tensor> arguments() {
    Map<String, Tensor> arguments = new HashMap<>();
    List<String> images =
        List.of(
            DistributionMatching.IMAGES,
            DistributionMatching.NOISE,
            DistributionMatching.PERTURBATION,
            Dmd2Loss.GAN_NOISE,
            Dmd2Loss.REAL_IMAGES,
            Dmd2Loss.REAL_NOISE);
    images.forEach(name -> arguments.put(name, images(name.hashCode())));
    for (String name : List.of(DenoiserModel.SIGMA, Dmd2Loss.GAN_SIGMA, Dmd2Loss.REAL_SIGMA)) {
      arguments.put(name, Tensor.floats(new int[] {BATCH}, 0.5f, 2));
    }
    return arguments;
  }

  /** A classifier that answers one logit, whatever it sees. */
  private static Graph sayingAlways(Graph fakeScore, double logit) {
    return fakeScore.withWeights(
        Map.of(
            "head/logit.weight", Tensor.floats(new int[] {1, 8, 1, 1}, new float[8]),
            "head/logit.bias", Tensor.floats(new int[] {1}, (float) logit)));
  }

  private static double output(Map<String, Tensor> results, String name) {
    return Objects.requireNonNull(results.get(name)).reals()[0];
  }

  private static double softplus(double x) {
    return Math.log1p(Math.exp(x));
  }

  @ParameterizedTest(name = "logit {0}")
  @ValueSource(doubles = {-2, 0, 3})
  void theGeneratorIsPunishedByTheSoftplusOfWhatLooksFake(double logit) {
    Graph fakeScore = sayingAlways(Dmd2Loss.fakeScoreNetwork(teacher(), 1), logit);
    Graph loss = new Dmd2Loss(MATCHING, 0.3, 1).generatorStep(teacher(), fakeScore, BATCH);

    Map<String, Tensor> results = Interpreter.run(loss, arguments());

    assertThat(output(results, Dmd2Loss.REALISM)).isCloseTo(softplus(-logit), within(1e-6));
    double matching = output(results, DistributionMatching.MATCHING);
    assertThat(output(results, DistributionMatching.TOTAL))
        .isCloseTo(matching + 0.3 * softplus(-logit), within(1e-6));
  }

  @ParameterizedTest(name = "logit {0}")
  @ValueSource(doubles = {-2, 0, 3})
  void theClassifierIsPunishedForBothOfItsMistakes(double logit) {
    Graph fakeScore = sayingAlways(Dmd2Loss.fakeScoreNetwork(teacher(), 1), logit);
    Graph loss = new Dmd2Loss(MATCHING, 1, 0.2).fakeScoreStep(teacher(), fakeScore, BATCH);

    Map<String, Tensor> results = Interpreter.run(loss, arguments());

    double expected = softplus(logit) + softplus(-logit);
    assertThat(output(results, Dmd2Loss.CLASSIFIER)).isCloseTo(expected, within(1e-6));
    double denoising = output(results, DistributionMatching.FAKE_LOSS);
    assertThat(output(results, DistributionMatching.TOTAL))
        .isCloseTo(denoising + 0.2 * expected, within(1e-6));
  }

  @Test
  void theFakeScoreNetworkDenoisesAsInDmd() {
    Graph fakeScore = Dmd2Loss.fakeScoreNetwork(teacher(), 1);
    Graph loss = new Dmd2Loss(MATCHING, 1, 1).fakeScoreStep(teacher(), fakeScore, BATCH);
    Graph plain =
        new DmdLoss(MATCHING, 0, ImageDistance.squared(teacher().imageShape()))
            .fakeScoreStep(teacher(), BATCH);

    assertThat(output(Interpreter.run(loss, arguments()), DistributionMatching.FAKE_LOSS))
        .isEqualTo(output(Interpreter.run(plain, arguments()), DistributionMatching.TOTAL));
  }

  @Test
  void theClassifierTeachesTheEncoderToo() {
    Graph fakeScore = Dmd2Loss.fakeScoreNetwork(teacher(), 1);
    Graph loss = new Dmd2Loss(MATCHING, 1, 1).fakeScoreStep(teacher(), fakeScore, BATCH);
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights weights = torch.weights(fakeScore);
      WeightView view =
          WeightView.scoped(Map.of(DistributionMatching.FAKE_SCORE, weights.learnt()));

      torch.compile(loss).differentiate(arguments(), view);

      Map<String, Tensor> gradients = weights.gradientValues();
      assertThat(gradients.keySet())
          .contains("network/a", "network/e", "head/conv0.weight", "head/logit.weight");
      assertThat(output(gradients, "network/e")).isNotZero();
      assertThat(output(gradients, "head/logit.weight")).isNotZero();
    }
  }

  /** Only through the classifier do the features reach the generator's loss. */
  @Test
  void theClassifierTeachesTheGenerator() {
    Graph fakeScore = Dmd2Loss.fakeScoreNetwork(teacher(), 1);
    double[] gradients = new double[2];
    for (int i = 0; i < 2; i++) {
      Graph loss = new Dmd2Loss(MATCHING, i, 1).generatorStep(teacher(), fakeScore, BATCH);
      try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
        NetworkWeights generator = torch.weights(teacher().graph());
        WeightView view =
            WeightView.scoped(
                Map.of(
                    DistributionMatching.GENERATOR, generator.learnt(),
                    DistributionMatching.TEACHER, torch.weights(teacher().graph()).frozen(),
                    DistributionMatching.FAKE_SCORE, torch.weights(fakeScore).frozen()));
        torch.compile(loss).differentiate(arguments(), view);
        gradients[i] = output(generator.gradientValues(), "a");
      }
    }

    // Teacher and fake score network are one here, so that matching alone has no gradient.
    assertThat(gradients[0]).isZero();
    assertThat(gradients[1]).isNotZero();
  }

  @Test
  void aTeacherWithoutFeaturesIsRefused() {
    assertThatThrownBy(() -> Dmd2Loss.fakeScoreNetwork(DmdLossTest.linear(1, 0), 1))
        .isInstanceOf(RunException.class)
        .hasMessage(
            "the teacher has the outputs [denoised] but a classifier reads its 'features', the"
                + " bottleneck; pass a teacher that has them, or distil it with --method dmd");
  }

  @Test
  void headsOfOtherSeedsDiffer() {
    List<float[]> drawn =
        List.of(1L, 1L, 2L).stream()
            .map(seed -> Dmd2Loss.fakeScoreNetwork(teacher(), seed).parameters())
            .map(weights -> Objects.requireNonNull(weights.get("head/conv0.weight")).floats())
            .toList();

    assertThat(Arrays.equals(drawn.get(0), drawn.get(1))).isTrue();
    assertThat(Arrays.equals(drawn.get(0), drawn.get(2))).isFalse();
  }
}
