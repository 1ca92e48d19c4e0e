package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.ImageShape;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.GaussianNoise;
import retort.noise.KarrasSchedule;
import retort.noise.SigmaLaw;
import retort.noise.UniformIndexSigma;
import retort.reference.TinyEdm2;
import retort.trainer.data.ImageDataset;
import retort.trainer.data.SampledImages;
import retort.trainer.distill.StepDraws.Purpose;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.GradientGuard;
import retort.trainer.engine.Torch;

/** Which network learns what, when, in both forms of distribution matching. */
class DmdTrainingTest {
  private static final int BATCH = 4;
  private static final SigmaLaw JUDGED = new UniformIndexSigma(KarrasSchedule.EDM, 1000, 20, 980);
  private static final SigmaLaw ALL = new UniformIndexSigma(KarrasSchedule.EDM, 1000, 0, 999);
  private static final DistributionMatching MATCHING = new DistributionMatching(80, LossWeight.EDM);

  @TempDir private Path folder;

  private static Optimisation optimisation(double rate) {
    return new Optimisation(
        LearningRate.constant(rate),
        new AdamConfig(0.9, 0.999, 1e-8, 0.01, true),
        new GradientGuard(1e5, 0, 10));
  }

  private static DmdTraining.Recipe recipe(int fakeSteps, int microBatch, double rate) {
    return new DmdTraining.Recipe(
        JUDGED,
        ALL,
        fakeSteps,
        BATCH,
        microBatch,
        optimisation(rate),
        optimisation(1e-3),
        AverageConfig.halfLife(1000, 0.05),
        1);
  }

  private static DmdTraining dmd(Torch torch, int microBatch, double rate) {
    DenoiserModel teacher = TinyEdm2.denoiser(2);
    Map<String, String> origin =
        Map.of(
            SampledImages.MODEL_DIGEST,
            "abc",
            SampledImages.SEED_ALGORITHM,
            GaussianNoise.ALGORITHM,
            SampledImages.SAMPLER,
            NoisePairs.DETERMINISTIC,
            SampledImages.CHURN,
            "0.0");
    float[] images = TinyEdm2.normal(4, 3, 1, 8, 8).floats();
    SampledImages samples =
        new SampledImages(
            teacher.imageShape(), images, new int[] {1, 0, 1}, new long[] {4, 5, 6}, origin);
    return DmdTraining.withPairs(
        torch,
        teacher,
        teacher,
        new DmdLoss(MATCHING, 0.25, ImageDistance.squared(teacher.imageShape())),
        new NoisePairs(samples, "pairs.npz", teacher, "abc", ""),
        recipe(1, microBatch, rate));
  }

  private static DmdTraining dmd2(Torch torch, int fakeSteps, int microBatch) {
    DenoiserModel teacher = TinyEdm2.denoiser(2);
    byte[] pixels = new byte[8 * 64];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (37 * i);
    }
    int[] labels = {0, 1, 0, 1, 0, 1, 0, 1};
    return DmdTraining.withClassifier(
        torch,
        teacher,
        teacher,
        new Dmd2Loss(MATCHING, 3e-3, 1e-2),
        ImageDataset.of(new ImageShape(1, 8, 8), pixels, labels, List.of("a", "b")),
        recipe(fakeSteps, microBatch, 1e-3));
  }

  private static DmdTraining training(Torch torch, String method) {
    return method.equals("dmd") ? dmd(torch, 3, 1e-3) : dmd2(torch, 2, 3);
  }

  private static Tensor value(Map<String, Tensor> state, String name) {
    return Objects.requireNonNull(state.get(name), name);
  }

  /** Whether any weight below a name differs between two states. */
  private static boolean moved(
      Map<String, Tensor> before, Map<String, Tensor> after, String scope) {
    return before.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(scope))
        .anyMatch(entry -> !value(after, entry.getKey()).sameAs(entry.getValue()));
  }

  @Test
  void theGeneratorLearnsEveryThirdStepAndTheFakeScoreNetworkAlways() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      DmdTraining training = dmd2(torch, 3, BATCH);
      Map<String, Tensor> before = training.state();
      for (int step = 0; step < 7; step++) {
        Map<String, Double> report = training.step(step, (long) step * BATCH);
        Map<String, Tensor> after = training.state();

        boolean turn = step % 3 == 0;
        // The optimiser's moments: weights are projected too, whether they learn or not.
        assertThat(moved(before, after, "generator/learner/adam/")).isEqualTo(turn);
        assertThat(moved(before, after, "fake_score/adam/first/network/")).isTrue();
        assertThat(moved(before, after, "fake_score/adam/first/head/")).isTrue();
        assertThat(report.containsKey("loss_matching")).isEqualTo(turn);
        assertThat(report.containsKey("loss_realism")).isEqualTo(turn);
        assertThat(report.containsKey("gradient_norm_generator")).isEqualTo(turn);
        assertThat(report)
            .containsKeys("loss_fake_score", "loss_classifier", "gradient_norm_fake_score");
        before = after;
      }
    }
  }

  /** A generator that learns at a rate of 10 is another one after its step. */
  @Test
  void theFakeScoreNetworkSeesTheImagesThatTheGeneratorWasJudgedBy() {
    DenoiserModel teacher = TinyEdm2.denoiser(2);
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      DmdTraining training = dmd(torch, BATCH, 10);
      DmdTraining untouched = dmd(torch, BATCH, 10);
      StepInputs inputs = StepInputs.of(teacher, 1, 0);
      Share all = new Share(0, BATCH, 0);
      Map<String, Tensor> arguments = inputs.labels(Purpose.GENERATOR_LABEL, all);
      float[] labels = value(arguments, DenoiserModel.LABEL).floats();
      float[] noise = inputs.noise(Purpose.GENERATOR_LATENT, all).floats();
      arguments.put(DistributionMatching.IMAGES, inputs.images(untouched.images(noise, labels)));
      arguments.put(DistributionMatching.NOISE, inputs.noise(Purpose.FAKE_SCORE_NOISE, all));
      arguments.put(DenoiserModel.SIGMA, inputs.sigma(Purpose.FAKE_SCORE_SIGMA, ALL, all));
      DmdLoss loss = new DmdLoss(MATCHING, 0, ImageDistance.squared(teacher.imageShape()));

      double reported = reported(training.step(0, 0), "loss_fake_score");

      double expected =
          value(
                  Interpreter.run(loss.fakeScoreStep(teacher, BATCH), arguments),
                  DistributionMatching.FAKE_LOSS)
              .reals()[0];
      assertThat(reported).isCloseTo(expected, within(1e-3 * expected));
    }
  }

  private static double reported(Map<String, Double> report, String name) {
    return report.getOrDefault(name, Double.NaN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dmd", "dmd2"})
  void aStepInPartsReportsWhatAWholeOneDoes(String method) {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      DmdTraining whole = method.equals("dmd") ? dmd(torch, BATCH, 1e-3) : dmd2(torch, 1, BATCH);
      DmdTraining parts = method.equals("dmd") ? dmd(torch, 3, 1e-3) : dmd2(torch, 1, 3);

      Map<String, Double> expected = whole.step(0, 0);
      Map<String, Double> actual = parts.step(0, 0);

      assertThat(actual.keySet()).isEqualTo(expected.keySet());
      expected.forEach(
          (name, number) ->
              assertThat(reported(actual, name))
                  .as(name)
                  .isCloseTo(number, within(1e-3 * Math.abs(number) + 1e-6)));
      assertThat(expected.values()).allMatch(Double::isFinite);
      assertThat(whole.noiseLevels(0).get("loss_matching")).hasSize(BATCH);
      assertThat(whole.noiseLevels(0).get("loss_fake_score")).hasSize(BATCH);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dmd", "dmd2"})
  void aResumedRunEndsInTheSameBits(String method) {
    try (Torch torch = Torch.open(1, Layout.CHANNELS_LAST)) {
      DmdTraining whole = training(torch, method);
      whole.step(0, 0);
      Map<String, Tensor> saved = throughFile(whole.state());
      whole.step(1, BATCH);
      whole.step(2, 2L * BATCH);
      DmdTraining resumed = training(torch, method);

      resumed.restore(saved);
      resumed.step(1, BATCH);
      resumed.step(2, 2L * BATCH);

      Map<String, Tensor> expected = whole.state();
      Map<String, Tensor> actual = resumed.state();
      assertThat(actual.keySet()).isEqualTo(expected.keySet());
      expected.forEach(
          (name, tensor) -> assertThat(value(actual, name).sameAs(tensor)).as(name).isTrue());
    }
  }

  private Map<String, Tensor> throughFile(Map<String, Tensor> state) {
    try (RunFolder run = RunFolder.open(folder.resolve("run"), new HashMap<>(), Set.of())) {
      run.save(new RunFolder.Saved(1, BATCH, 0, state));
      return run.newest().orElseThrow().tensors();
    }
  }

  @Test
  void aFakeScoreNetworkThatNeverLearnsIsRefused() {
    assertThatThrownBy(() -> recipe(0, BATCH, 1e-3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("takes 0 steps for one of the generator");
  }
}
