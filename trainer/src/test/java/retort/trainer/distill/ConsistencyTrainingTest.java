package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.ImageShape;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.network.SongUNet;
import retort.noise.KarrasSchedule;
import retort.sampling.SeededNoise;
import retort.trainer.data.ImageDataset;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.GradientGuard;
import retort.trainer.engine.Torch;

class ConsistencyTrainingTest {
  private static final int BATCH = 4;
  private static final ImageShape SHAPE = new ImageShape(1, 4, 4);

  private static DenoiserModel teacher() {
    SongUNet network = SongUNet.ddpmpp(4, 1, 2, 9, 8, List.of(1), 1, 1, Set.of(), 0.1);
    return new DenoiserModel(
        new EdmPreconditioning(0.5).denoiser(network.build(3)), 0.5, List.of("a", "b"), Map.of());
  }

  private static ImageDataset data() {
    byte[] pixels = new byte[20 * 16];
    new Random(7).nextBytes(pixels);
    int[] labels = new Random(8).ints(20, 0, 2).toArray();
    return ImageDataset.of(SHAPE, pixels, labels, List.of("a", "b"));
  }

  private static ConsistencyTraining.Recipe recipe(int levels, double targetDecay, int steps) {
    return new ConsistencyTraining.Recipe(
        new ConsistencyLoss(ImageDistance.squared(SHAPE)),
        KarrasSchedule.EDM,
        levels,
        targetDecay,
        steps,
        BATCH,
        3,
        new Optimisation(
            LearningRate.constant(1e-2), AdamConfig.of(0.9, 0.999), GradientGuard.FINITE),
        AverageConfig.halfLife(10, 1),
        5);
  }

  private static ConsistencyTraining training(Torch torch, int steps) {
    DenoiserModel teacher = teacher();
    return new ConsistencyTraining(torch, teacher, teacher, data(), recipe(18, 0.75, steps));
  }

  private static void steps(ConsistencyTraining training, int from, int to) {
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

  @Test
  void aResumedRunEndsInTheSameBits() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      ConsistencyTraining whole = training(torch, 1);
      steps(whole, 0, 6);
      ConsistencyTraining before = training(torch, 1);
      steps(before, 0, 3);

      ConsistencyTraining after = training(torch, 1);
      after.restore(before.state());
      steps(after, 3, 6);

      Map<String, float[]> expected = values(whole.state());
      assertThat(after.state().keySet()).isEqualTo(expected.keySet());
      values(after.state())
          .forEach(
              (name, floats) ->
                  assertThat(floats)
                      .as(name)
                      .containsExactly(Objects.requireNonNull(expected.get(name))));
    }
  }

  @Test
  void theTargetFollowsByAFixedShare() {
    String bias = "model.dec.4x4_aux_conv.bias";
    float before = value(teacher().graph().parameters(), bias)[0];
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      ConsistencyTraining training = training(torch, 1);

      training.step(0, 0);

      float after = value(training.state(), "generator/learner/weights/" + bias)[0];
      float target = value(training.state(), "target/" + bias)[0];
      assertThat(after).isNotEqualTo(before);
      assertThat(target).isCloseTo(0.75f * before + 0.25f * after, within(1e-7f));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "3, 2"})
  void imagesAreThoseOfTheResultAsAGraph(int steps, int added) {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      ConsistencyTraining training = training(torch, steps);
      steps(training, 0, 2);
      SeededNoise noise = new SeededNoise(1, 2);
      float[] labels = {1, 0, 0, 1};

      float[] images = training.images(noise.start(16), labels, noise);

      DenoiserModel result = training.result();
      GeneratorSteps how = result.generatorSteps().orElseThrow();
      assertThat(how.count()).isEqualTo(steps);
      assertThat(how.sigma(0)).isEqualTo(80);
      Map<String, Tensor> feeds = new LinkedHashMap<>();
      feeds.put("noise", Tensor.floats(new int[] {2, 1, 4, 4}, noise.start(16)));
      feeds.put("label", Tensor.floats(new int[] {2, 2}, labels));
      Graph generator = result.generator(how);
      for (int i = 1; i <= added; i++) {
        Graph.Input input = generator.input("noise_" + i).orElseThrow();
        feeds.put(
            input.name(),
            Tensor.reals(input.type(), new int[] {2, 1, 4, 4}, noise.draw(i - 1, 32)));
      }
      assertThat(generator.inputs()).hasSize(feeds.size());
      assertThat(images)
          .containsExactly(
              Objects.requireNonNull(Interpreter.run(generator, feeds).get("image")).floats(),
              within(1e-4f));
    }
  }

  @Test
  void aStepReportsItsLoss() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      ConsistencyTraining training = training(torch, 1);

      Map<String, Double> report = training.step(0, 0);

      assertThat(report).containsOnlyKeys("loss", "gradient_norm");
      assertThat(report.values()).allMatch(Double::isFinite);
      assertThat(training.noiseLevels(0).get("loss")).hasSize(BATCH);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 0.95, 1", "18, 0.95, 0", "18, 0.95, 18", "18, 1, 1", "18, NaN, 1"})
  void numbersThatMakeNoRunAreRefused(int levels, double targetDecay, int steps) {
    assertThatThrownBy(() -> recipe(levels, targetDecay, steps))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(targetDecay == 0.95 ? "--levels is " : "--target-ema is ");
  }
}
