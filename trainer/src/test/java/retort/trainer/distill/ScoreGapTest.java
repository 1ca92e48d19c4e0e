package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.GaussianNoise;
import retort.noise.LogNormalSigma;
import retort.noise.UniformTimeSigma;
import retort.trainer.data.Augmentation;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.GradientGuard;
import retort.trainer.engine.LossForm;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/** The gap on Gaussian data, where scores are known, and that it changes nothing else. */
class ScoreGapTest {
  private static final double SIGMA_INIT = 2.5;

  /** Of the images; the denoisers' sigma_data as {@link GaussianDenoisers} sets it. */
  private static final double SIGMA_DATA = 0.5;

  private static final double MEAN = 0.3;
  private static final double DEVIATION = 0.4;

  /** Each noise comes with its opposite. */
  private static final int PAIRS = 50_000;

  private static Tensor opposites(long seed) {
    float[] noise = new float[2 * PAIRS];
    new GaussianNoise(seed, 0).fill(noise, 0, PAIRS, 0);
    for (int i = 0; i < PAIRS; i++) {
      noise[PAIRS + i] = -noise[i];
    }
    return Tensor.floats(new int[] {2 * PAIRS, 1, 1, 1}, noise);
  }

  private static DenoiserModel denoiser(double mean, double deviation) {
    return GaussianDenoisers.of(new double[] {mean}, new double[] {deviation});
  }

  private static Graph withNetworks(Graph step, DenoiserModel generator, DenoiserModel fakeScore) {
    Map<String, Tensor> weights = new HashMap<>();
    generator.graph().parameters().forEach((name, w) -> weights.put("generator/" + name, w));
    fakeScore.graph().parameters().forEach((name, w) -> weights.put("fake/" + name, w));
    return step.withWeights(weights);
  }

  /**
   * The Fisher divergence {@code E |s_fake - s_teacher|^2} over noisy images of the generator, both
   * scores being of Gaussians: their difference is linear, {@code c (y - mean) + d}.
   */
  private static double fisherDivergence(double sigma, double mean, double deviation) {
    double fake = deviation * deviation + sigma * sigma;
    double teacher = DEVIATION * DEVIATION + sigma * sigma;
    double c = 1 / teacher - 1 / fake;
    double d = (mean - MEAN) / teacher;
    return c * c * fake + d * d;
  }

  @ParameterizedTest(name = "sigma {0}")
  @CsvSource({"0.05", "0.5", "3", "20"})
  void theGapIsTheWeightedFisherDivergenceWhereTheFakeScoreNetworkHasLearnt(double sigma) {
    DenoiserModel teacher = denoiser(MEAN, DEVIATION);
    DenoiserModel generator = denoiser(-0.1, 0.7);
    // What this generator makes of noise is Gaussian again.
    double total = 0.7 * 0.7 + SIGMA_INIT * SIGMA_INIT;
    double mean = SIGMA_INIT * SIGMA_INIT * -0.1 / total;
    double deviation = 0.7 * 0.7 * SIGMA_INIT / total;
    Graph step =
        withNetworks(
            new SidLoss(1.2, SIGMA_INIT, 100).generatorStep(teacher, 2 * PAIRS),
            generator,
            denoiser(mean, deviation));
    float[] levels = new float[2 * PAIRS];
    Arrays.fill(levels, (float) sigma);

    double gap =
        ScoreGap.share(
            Interpreter.run(
                step.withOutputs(List.of(ScoreGap.NAME)),
                Map.of(
                    SidLoss.NOISE, opposites(1),
                    SidLoss.PERTURBATION, opposites(2),
                    DenoiserModel.SIGMA, Tensor.floats(new int[] {2 * PAIRS}, levels))),
            2 * PAIRS);

    double weight = (sigma * sigma + SIGMA_DATA * SIGMA_DATA) / Math.pow(sigma * SIGMA_DATA, 2);
    double expected = weight * Math.pow(sigma, 4) * fisherDivergence(sigma, mean, deviation);
    assertThat(gap).isCloseTo(expected, within(0.02 * expected));
  }

  private static Tensor noise(String name) {
    return SegmentsParityTest.normal(name.hashCode(), 0.7f, SegmentsParityTest.BATCH, 1, 8, 8);
  }

  static Stream<Graph> losses() {
    return losses(0.3);
  }

  private static Stream<Graph> losses(double dropout) {
    DenoiserModel teacher = SegmentsParityTest.model(dropout, 1);
    int batch = SegmentsParityTest.BATCH;
    DistributionMatching matching = new DistributionMatching(80, LossWeight.EDM);
    ImageDistance distance = ImageDistance.squared(teacher.imageShape());
    return Stream.of(
        new SidLoss(1.2, SIGMA_INIT, 100).generatorStep(teacher, batch),
        new SidaLoss(new SidLoss(1.2, SIGMA_INIT, 100), 0.01, 1).generatorStep(teacher, batch),
        new DmdLoss(matching, 0.25, distance).generatorStep(teacher, batch));
  }

  /** The total, its gradients and perhaps the gap. */
  private record Result(double total, Map<String, Tensor> gradients, Map<String, Tensor> results) {}

  private static Result differentiate(Graph loss, int segments, String... outputs) {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS, new LossForm(segments, false))) {
      NetworkWeights generator = torch.weights(SegmentsParityTest.model(0.3, 2).graph());
      WeightView weights =
          WeightView.scoped(
              Map.of(
                  "generator/", generator.learnt(),
                  "teacher/", torch.weights(SegmentsParityTest.model(0.3, 1).graph()).frozen(),
                  "fake/", torch.weights(SegmentsParityTest.model(0.3, 3).graph()).frozen()));
      Map<String, Tensor> arguments = SegmentsParityTest.conditions();
      for (Graph.Input input : loss.inputs()) {
        if (input.shape().rank() == 4) {
          arguments.put(input.name(), noise(input.name()));
        } else if (input.shape().rank() == 2) {
          arguments.put(input.name(), Objects.requireNonNull(arguments.get(DenoiserModel.LABEL)));
        }
      }
      Map<String, Tensor> results =
          torch.compile(loss.withOutputs(List.of(outputs))).differentiate(arguments, weights, 5);
      double total = Objects.requireNonNull(results.get(SidLoss.TOTAL)).reals()[0];
      return new Result(total, generator.gradientValues(), results);
    }
  }

  @ParameterizedTest
  @MethodSource("losses")
  void theGapChangesNeitherLossNorGradientByABit(Graph loss) {
    for (int segments : new int[] {1, 3}) {
      Result without = differentiate(loss, segments, SidLoss.TOTAL);

      Result with = differentiate(loss, segments, SidLoss.TOTAL, ScoreGap.NAME);

      assertThat(with.total()).isEqualTo(without.total());
      without
          .gradients()
          .forEach(
              (name, gradient) ->
                  assertThat(Objects.requireNonNull(with.gradients().get(name)).floats())
                      .as(name)
                      .containsExactly(gradient.floats()));
      assertThat(ScoreGap.share(with.results(), SegmentsParityTest.BATCH)).isPositive().isFinite();
    }
  }

  @Test
  void theGapDoesNotDependOnTheNumberOfSegments() {
    // Segments draw their own dropout where the generator itself is cut.
    Graph loss = losses(0).findFirst().orElseThrow();

    double whole = gap(loss, 1);

    for (int segments : new int[] {2, 3, 7}) {
      assertThat(gap(loss, segments)).isCloseTo(whole, within(1e-5 * whole));
    }
  }

  private static double gap(Graph loss, int segments) {
    return ScoreGap.share(
        differentiate(loss, segments, SidLoss.TOTAL, ScoreGap.NAME).results(),
        SegmentsParityTest.BATCH);
  }

  private static double firstGap(int microBatch) {
    DenoiserModel teacher = denoiser(MEAN, DEVIATION);
    Optimisation optimisation =
        new Optimisation(
            LearningRate.constant(1e-2), AdamConfig.of(0, 0.999), GradientGuard.FINITE);
    SidTraining.Recipe recipe =
        new SidTraining.Recipe(
            new SidLoss(1.2, SIGMA_INIT, 100),
            UniformTimeSigma.SID,
            LogNormalSigma.EDM,
            16,
            microBatch,
            optimisation,
            optimisation,
            Augmentation.NONE,
            AverageConfig.halfLife(100, 0.05),
            1);
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      return Objects.requireNonNull(
          new SidTraining(torch, teacher, teacher, recipe).step(0, 0).get(ScoreGap.NAME));
    }
  }

  @Test
  void microBatchesAddUpToTheBatch() {
    double whole = firstGap(16);

    assertThat(whole).isPositive();
    assertThat(firstGap(5)).isCloseTo(whole, within(1e-4 * whole));
  }
}
