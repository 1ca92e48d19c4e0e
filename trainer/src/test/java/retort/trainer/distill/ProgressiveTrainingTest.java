package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.ImageShape;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.network.SongUNet;
import retort.noise.GaussianNoise;
import retort.noise.KarrasSchedule;
import retort.trainer.data.ImageDataset;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.GradientGuard;
import retort.trainer.engine.Torch;

class ProgressiveTrainingTest {
  private static final int BATCH = 4;

  /** Rounds of 8, 4, 2 and 1 steps, of which the first two take 3 steps of training. */
  private static final ProgressiveRounds ROUNDS = new ProgressiveRounds(16, 1, 3 * BATCH);

  private static final int ALL = 3 + 3 + 6 + 6;

  private static DenoiserModel teacher() {
    SongUNet network = SongUNet.ddpmpp(4, 1, 2, 9, 8, List.of(1), 1, 1, Set.of(), 0.1);
    DenoiserModel model =
        new DenoiserModel(
            new EdmPreconditioning(0.5).denoiser(network.build(3)),
            0.5,
            List.of("a", "b"),
            Map.of());
    // A fresh network answers nothing in places, and there would be nothing to learn.
    Random random = new Random(4);
    Map<String, Tensor> weights = new HashMap<>();
    model
        .graph()
        .parameters()
        .forEach(
            (name, tensor) -> {
              float[] values = tensor.floats().clone();
              for (int i = 0; i < values.length; i++) {
                values[i] += (float) (0.1 * random.nextGaussian());
              }
              weights.put(name, Tensor.floats(tensor.shape(), values));
            });
    return model.withWeights(weights);
  }

  private static ImageDataset data() {
    byte[] pixels = new byte[20 * 16];
    new Random(7).nextBytes(pixels);
    int[] labels = new Random(8).ints(20, 0, 2).toArray();
    return ImageDataset.of(new ImageShape(1, 4, 4), pixels, labels, List.of("a", "b"));
  }

  private static ProgressiveTraining training(Torch torch) {
    DenoiserModel teacher = teacher();
    return new ProgressiveTraining(torch, teacher, teacher, data(), recipe(BATCH));
  }

  private static ProgressiveTraining.Recipe recipe(int batch) {
    return new ProgressiveTraining.Recipe(
        new ProgressiveLoss(LossWeight.SNR_TRUNC, ImageDistance.squared(new ImageShape(1, 4, 4))),
        KarrasSchedule.EDM,
        ROUNDS,
        batch,
        3,
        new Optimisation(
            LearningRate.constant(1e-3), AdamConfig.of(0.9, 0.999), new GradientGuard(1e5, 0, 1)),
        5);
  }

  private static void steps(ProgressiveTraining training, int from, int to) {
    for (int step = from; step < to; step++) {
      training.step(step, (long) step * BATCH);
    }
  }

  private static float[] value(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name)).floats();
  }

  private static Map<String, float[]> values(Map<String, Tensor> state) {
    Map<String, float[]> values = new LinkedHashMap<>();
    state.forEach((name, tensor) -> values.put(name, tensor.floats()));
    return values;
  }

  private static void assertSame(Map<String, Tensor> actual, Map<String, Tensor> expected) {
    Map<String, float[]> others = values(expected);
    assertThat(actual.keySet()).isEqualTo(others.keySet());
    values(actual)
        .forEach(
            (name, floats) ->
                assertThat(floats)
                    .as(name)
                    .containsExactly(Objects.requireNonNull(others.get(name))));
  }

  @Test
  void aRunResumedAnywhereEndsInTheSameBits() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      ProgressiveTraining whole = training(torch);
      steps(whole, 0, ALL);

      // Inside a round, and on either side of a boundary between two.
      for (int stop : List.of(2, 3, 4, 12)) {
        ProgressiveTraining before = training(torch);
        steps(before, 0, stop);
        ProgressiveTraining after = training(torch);
        after.restore(before.state());
        assertThat(after.result().generatorSteps()).isEqualTo(before.result().generatorSteps());
        steps(after, stop, ALL);

        assertSame(after.state(), whole.state());
      }
    }
  }

  @Test
  void atTheStartOfARoundTheStudentBecomesTheTeacherAndTheOptimiserForgets() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      ProgressiveTraining training = training(torch);
      steps(training, 0, 3);
      Map<String, Tensor> learnt = NamedState.get(training.state(), "student/weights/");
      assertSame(NamedState.get(training.state(), "teacher/"), teacher().graph().parameters());

      steps(training, 3, 4);

      assertSame(NamedState.get(training.state(), "teacher/"), learnt);
      assertThat(value(training.state(), "student/adam/steps")).containsExactly(1);
      assertThat(value(learnt, "model.dec.4x4_aux_conv.bias"))
          .isNotEqualTo(value(teacher().graph().parameters(), "model.dec.4x4_aux_conv.bias"));
    }
  }

  @Test
  void theResultTakesTheStepsOfItsRound() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      ProgressiveTraining training = training(torch);

      assertThat(steps(training).count()).isEqualTo(8);
      steps(training, 0, 3);
      assertThat(steps(training).count()).isEqualTo(8);
      steps(training, 3, 4);
      assertThat(steps(training).count()).isEqualTo(4);
      steps(training, 4, 7);
      assertThat(steps(training).sigmas()).containsExactly(80.0, KarrasSchedule.EDM.sigmaAt(0.5));
      steps(training, 7, ALL);
      assertThat(steps(training)).isEqualTo(GeneratorSteps.one(80));
    }
  }

  private static GeneratorSteps steps(ProgressiveTraining training) {
    return training.result().generatorSteps().orElseThrow();
  }

  @Test
  void imagesAreThoseOfTheResultAsAGraph() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      ProgressiveTraining training = training(torch);
      steps(training, 0, 5);
      float[] noise = new GaussianNoise(1, 0).elements(32);
      float[] labels = {1, 0, 0, 1};

      float[] images = training.images(noise, labels);

      DenoiserModel result = training.result();
      Graph generator = result.generator(result.generatorSteps().orElseThrow());
      Map<String, Tensor> feeds =
          Map.of(
              "noise", Tensor.floats(new int[] {2, 1, 4, 4}, noise),
              "label", Tensor.floats(new int[] {2, 2}, labels));
      assertThat(images)
          .containsExactly(
              Objects.requireNonNull(Interpreter.run(generator, feeds).get("image")).floats(),
              within(1e-4f));
    }
  }

  @Test
  void aStepReportsWhatItIs() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      ProgressiveTraining training = training(torch);

      Map<String, Double> report = training.step(0, 0);

      assertThat(report)
          .containsOnlyKeys("loss", "gradient_norm", "steps")
          .containsEntry("steps", 8.0);
      assertThat(report.values()).allMatch(Double::isFinite);
      assertThat(training.noiseLevels(0).get("loss")).hasSize(BATCH);
    }
  }

  @Test
  void aRoundHasAStepAtLeast() {
    assertThatThrownBy(() -> recipe(13))
        .hasMessageContaining("--round-images is 12 but a step shows 13");
  }
}
