package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.denoiser.ImageShape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.network.SongUNet;
import retort.noise.LogNormalSigma;
import retort.noise.UniformTimeSigma;
import retort.reference.TinyEdm2;
import retort.trainer.data.Augmentation;
import retort.trainer.data.ImageDataset;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.GradientGuard;
import retort.trainer.engine.Torch;

/** Adversarial distillation of a small U-Net with dropout, labels and augmentation. */
class SidaTrainingTest {
  private static final int BATCH = 4;
  private static final long NEVER = Long.MAX_VALUE;
  private static final String GENERATOR = "generator/learner/weights/";
  private static final String FAKE_SCORE = "fake_score/weights/";

  private static DenoiserModel teacher() {
    SongUNet network = SongUNet.ddpmpp(8, 1, 2, 9, 8, List.of(1, 2), 1, 1, Set.of(4), 0.1);
    DenoiserModel model =
        new DenoiserModel(
            new EdmPreconditioning(0.5).denoiser(network.build(0)),
            0.5,
            List.of("a", "b"),
            Map.of());
    return model.withWeights(random(model));
  }

  /** Parameters that are all alive; some start as zero, which hides what they scale. */
  private static Map<String, Tensor> random(DenoiserModel model) {
    Map<String, Tensor> random = new HashMap<>();
    model
        .graph()
        .parameters()
        .forEach(
            (name, old) -> {
              float[] values = TinyEdm2.normal(name.hashCode(), old.shape()).floats();
              for (int i = 0; i < values.length; i++) {
                values[i] = 0.3f * values[i] + (name.contains("norm") ? 1 : 0);
              }
              random.put(name, Tensor.floats(old.shape(), values));
            });
    return random;
  }

  /** White images, all of the label b. */
  private static ImageDataset data() {
    byte[] pixels = new byte[10 * 64];
    Arrays.fill(pixels, (byte) 255);
    int[] labels = new int[10];
    Arrays.fill(labels, 1);
    return ImageDataset.of(new ImageShape(1, 8, 8), pixels, labels, List.of("a", "b"));
  }

  private static SidTraining.Recipe sid(double rate, double generatorRate) {
    return new SidTraining.Recipe(
        new SidLoss(1, 2.5, 100),
        UniformTimeSigma.SID,
        LogNormalSigma.EDM,
        BATCH,
        3,
        optimisation(generatorRate),
        optimisation(rate),
        new Augmentation(0.5),
        AverageConfig.halfLife(1000, 0.05),
        1);
  }

  private static Optimisation optimisation(double rate) {
    return new Optimisation(
        LearningRate.constant(rate), AdamConfig.of(0, 0.999), new GradientGuard(1e5, 1, 0));
  }

  private static SidaTraining training(
      Torch torch, double adversarialScale, long generatorStart, long adversarialStart) {
    return new SidaTraining(
        torch,
        teacher(),
        teacher(),
        data(),
        new SidaTraining.Recipe(
            sid(1e-3, 1e-3), adversarialScale, 1, generatorStart, adversarialStart));
  }

  private static Tensor value(Map<String, Tensor> state, String name) {
    return Objects.requireNonNull(state.get(name), name);
  }

  private static double value(Map<String, Double> report, String name, double missing) {
    return report.getOrDefault(name, missing);
  }

  /** Whether all weights under a prefix are those of the teacher. */
  private static boolean isTeacher(Map<String, Tensor> state, String prefix) {
    return teacher().graph().parameters().entrySet().stream()
        .allMatch(weight -> value(state, prefix + weight.getKey()).sameAs(weight.getValue()));
  }

  @Test
  void theGeneratorWaitsWhileTheFakeScoreNetworkLearns() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      SidaTraining training = training(torch, 0.01, 8, NEVER);

      Map<String, Double> waiting = training.step(0, 0);
      training.step(1, BATCH);

      assertThat(waiting)
          .containsOnlyKeys("loss_fake_score", "loss_discriminator", "gradient_norm_fake_score");
      assertThat(isTeacher(training.state(), GENERATOR)).isTrue();
      assertThat(isTeacher(training.state(), FAKE_SCORE)).isFalse();
      Map<String, Double> learning = training.step(2, 2 * BATCH);
      assertThat(learning).containsKey("loss_generator").doesNotContainKey("loss_adversarial");
      assertThat(isTeacher(training.state(), GENERATOR)).isFalse();
    }
  }

  @Test
  void theTermsOfSidCountInFullUntilTheAdversarialOnesEnter() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      SidaTraining before = training(torch, 1e-30, 0, 1);
      SidaTraining after = training(torch, 1e-30, 0, 0);

      Map<String, Double> identity = before.step(0, 0);
      Map<String, Double> both = after.step(0, 0);

      assertThat(value(both, "loss_adversarial", Double.NaN)).isPositive();
      assertThat(value(both, "loss_generator", Double.NaN))
          .isCloseTo(value(identity, "loss_generator", Double.NaN), within(1e-6));
      double norm = value(identity, "gradient_norm_generator", Double.NaN);
      assertThat(value(both, "gradient_norm_generator", Double.NaN))
          .isCloseTo(0.5 * norm, within(1e-5 * norm));
    }
  }

  @Test
  void adversarialTermsMoveTheGenerator() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      Map<String, Double> weak = training(torch, 1e-30, 0, 0).step(0, 0);
      Map<String, Double> strong = training(torch, 100, 0, 0).step(0, 0);

      // The reported loss is that of SiD alone, and that of the discriminator a cross-entropy.
      double loss = value(weak, "loss_generator", Double.NaN);
      assertThat(value(strong, "loss_generator", Double.NaN))
          .isCloseTo(loss, within(1e-3 * Math.abs(loss)));
      assertThat(strong).containsEntry("loss_adversarial", weak.get("loss_adversarial"));
      assertThat(strong.get("gradient_norm_generator"))
          .isNotCloseTo(value(weak, "gradient_norm_generator", Double.NaN), within(0.01));
    }
  }

  @Test
  void labelsAreThoseOfTheData() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      SidaTraining training = training(torch, 0.01, 0, 0);
      String name =
          teacher().graph().parameters().keySet().stream()
              .filter(key -> key.endsWith("map_label.weight"))
              .findFirst()
              .orElseThrow();

      training.step(0, 0);

      // What belongs to the label that no image has is never used, so it does not learn.
      Tensor before = Objects.requireNonNull(teacher().graph().parameters().get(name));
      for (String network : List.of(GENERATOR, FAKE_SCORE)) {
        Tensor after = value(training.state(), network + name);
        for (int i = 0; i < before.elements(); i++) {
          boolean same = after.floats()[i] == before.floats()[i];
          assertThat(same).as(network + " " + i).isEqualTo(i % 2 == 0);
        }
      }
    }
  }

  @Test
  void theDiscriminatorLearnsToTellRealImages() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      SidaTraining training = training(torch, 0.01, NEVER, NEVER);

      double first = value(training.step(0, 0), "loss_discriminator", Double.NaN);
      double last = first;
      for (int step = 1; step < 30; step++) {
        last = value(training.step(step, (long) step * BATCH), "loss_discriminator", Double.NaN);
      }

      assertThat(last).isLessThan(0.7 * first);
    }
  }

  @Test
  void aRunMayStartFromAGenerator() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      SidTraining sid = new SidTraining(torch, teacher(), teacher(), sid(1e-3, 1e-3));
      sid.step(0, 0);
      DenoiserModel generator = sid.result();

      SidaTraining training =
          new SidaTraining(
              torch,
              teacher(),
              generator,
              data(),
              new SidaTraining.Recipe(sid(1e-3, 1e-3), 0.01, 1, 0, 0));

      Map<String, Tensor> state = training.state();
      generator
          .graph()
          .parameters()
          .forEach(
              (name, weight) -> assertThat(value(state, GENERATOR + name).sameAs(weight)).isTrue());
      assertThat(isTeacher(state, GENERATOR)).isFalse();
      assertThat(isTeacher(state, FAKE_SCORE)).isTrue();
    }
  }

  @Test
  void aResumedRunEndsInTheSameBits() {
    try (Torch torch = Torch.open(1, Layout.CHANNELS_LAST)) {
      SidaTraining whole = training(torch, 0.01, BATCH, 2 * BATCH);
      whole.step(0, 0);
      whole.step(1, BATCH);
      Map<String, Tensor> saved = whole.state();
      whole.step(2, 2 * BATCH);
      SidaTraining resumed = training(torch, 0.01, BATCH, 2 * BATCH);

      resumed.restore(saved);
      resumed.step(2, 2 * BATCH);

      Map<String, Tensor> expected = whole.state();
      Map<String, Tensor> actual = resumed.state();
      assertThat(actual.keySet()).isEqualTo(expected.keySet());
      expected.forEach(
          (name, tensor) -> assertThat(value(actual, name).sameAs(tensor)).as(name).isTrue());
    }
  }

  @Test
  void anErrorCanNameTheNoiseLevelsOfEachLoss() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      SidaTraining training = training(torch, 0.01, 0, 0);

      Set<String> reported = training.step(0, 0).keySet();

      assertThat(training.noiseLevels(0).keySet())
          .isEqualTo(
              Set.copyOf(reported.stream().filter(name -> name.startsWith("loss")).toList()));
      assertThat(training.noiseLevels(0).values()).allMatch(levels -> levels.length == BATCH);
    }
  }

  @Test
  void startsMayNotBeNegative() {
    assertThatThrownBy(() -> new SidaTraining.Recipe(sid(1, 1), 0.01, 1, -1, 0))
        .hasMessage(
            "--generator-start is -1 and --adversarial-start 0 images, but neither may be negative");
  }
}
