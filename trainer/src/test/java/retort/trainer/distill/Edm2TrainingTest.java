package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.DenoiserModel;
import retort.denoiser.ImageShape;
import retort.graph.Projection;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.LogNormalSigma;
import retort.noise.UniformTimeSigma;
import retort.reference.TinyEdm2;
import retort.trainer.data.Augmentation;
import retort.trainer.data.ImageDataset;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.GradientGuard;
import retort.trainer.engine.Torch;

/** Networks whose weights have a projection, in training. */
class Edm2TrainingTest {
  private static final int BATCH = 4;
  private static final double RATE = 1e-3;
  private static final Optimisation OPTIMISATION =
      new Optimisation(LearningRate.constant(RATE), AdamConfig.of(0, 0.999), GradientGuard.FINITE);

  @TempDir private Path folder;

  /** The denoiser with filters of magnitude 3, at which it computes the same. */
  private static DenoiserModel model() {
    DenoiserModel model = TinyEdm2.denoiser(2);
    Map<String, Tensor> larger = new HashMap<>();
    model
        .graph()
        .weights()
        .forEach(
            (name, weight) -> {
              if (weight.projection() == Projection.UNIT_FILTERS) {
                float[] values = weight.value().floats().clone();
                for (int i = 0; i < values.length; i++) {
                  values[i] *= 3;
                }
                larger.put(name, Tensor.floats(weight.value().shape(), values));
              }
            });
    return model.withWeights(larger);
  }

  private static ImageDataset data() {
    byte[] pixels = new byte[8 * 64];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (37 * i);
    }
    int[] labels = {0, 1, 0, 1, 0, 1, 0, 1};
    return ImageDataset.of(new ImageShape(1, 8, 8), pixels, labels, List.of("a", "b"));
  }

  private static TrainingMethod teaching(Torch torch) {
    return new TeacherTraining(
        torch,
        model(),
        data(),
        new TeacherTraining.Recipe(
            BATCH,
            3,
            LearningRate.constant(RATE),
            AdamConfig.of(0.9, 0.99),
            LogNormalSigma.EDM,
            LossWeight.EDM,
            Augmentation.NONE,
            AverageConfig.halfLife(1000, 0.05),
            1));
  }

  private static SidTraining.Recipe recipe() {
    return new SidTraining.Recipe(
        new SidLoss(1, 2.5, 100),
        UniformTimeSigma.SID,
        LogNormalSigma.EDM,
        BATCH,
        3,
        OPTIMISATION,
        OPTIMISATION,
        Augmentation.NONE,
        AverageConfig.halfLife(1000, 0.05),
        1);
  }

  private static Distillation distilling(Torch torch) {
    return new SidTraining(torch, model(), model(), recipe());
  }

  private static Distillation adversarial(Torch torch) {
    return adversarial(torch, model());
  }

  private static Distillation adversarial(Torch torch, DenoiserModel start) {
    return new SidaTraining(
        torch, model(), start, data(), new SidaTraining.Recipe(recipe(), 0.01, 100, 0, 0));
  }

  @Test
  void aTeachersStepBeginsWithUnitFilters() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      TrainingMethod teaching = teaching(torch);

      teaching.step(0, 0);

      assertUnit(teaching.state(), "weights/");
      assertSame(teaching.state(), "weights/", "average/");
    }
  }

  @Test
  void aDistillationsStepBeginsWithUnitFilters() {
    try (Torch torch = Torch.open(1, Layout.CHANNELS_LAST)) {
      for (TrainingMethod distilling : List.of(distilling(torch), adversarial(torch))) {
        distilling.step(0, 0);

        assertUnit(distilling.state(), "generator/learner/weights/");
        assertUnit(distilling.state(), "fake_score/weights/");
        assertSame(distilling.state(), "generator/learner/weights/", "generator/average/");
      }
    }
  }

  @Test
  void aGeneratorWithoutUncertaintyStartsAnother() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      Distillation first = distilling(torch);
      first.step(0, 0);
      DenoiserModel generator = first.result();
      DenoiserModel start =
          model().withoutLogvar().withWeightsOf(generator.withoutLogvar(), folder);

      Distillation second = adversarial(torch, start);

      assertThat(generator.graph().outputs()).doesNotContain(DenoiserModel.LOGVAR);
      float[] noise = TinyEdm2.normal(3, 1, 1, 8, 8).floats();
      float[] labels = {1, 0};
      assertThat(second.images(noise, labels)).containsExactly(first.images(noise, labels));
      // The fake score network starts from the teacher all the same, and knows its uncertainty.
      String learnt = "fake_score/weights/logvar_linear.weight";
      assertThat(value(second.state(), learnt).sameAs(weight("logvar_linear.weight"))).isTrue();
      second.step(0, 0);
      assertThat(value(second.state(), learnt).sameAs(weight("logvar_linear.weight"))).isFalse();
    }
  }

  private static Tensor weight(String name) {
    return Objects.requireNonNull(model().graph().parameters().get(name));
  }

  /** The optimiser's first step moves every number by the rate, from filters of unit magnitude. */
  private static void assertUnit(Map<String, Tensor> state, String scope) {
    model()
        .graph()
        .weights()
        .forEach(
            (name, weight) -> {
              // A generator has no uncertainty of its own.
              boolean kept = state.containsKey(scope + name) || !name.startsWith("logvar");
              if (weight.projection() == Projection.UNIT_FILTERS && kept) {
                for (double[] filter : TinyEdm2.filters(value(state, scope + name))) {
                  assertThat(TinyEdm2.magnitude(filter)).as(name).isBetween(0.99, 1.01);
                }
              }
            });
  }

  /** The first average is a copy of the weights that the optimiser left, before any projection. */
  private static void assertSame(Map<String, Tensor> state, String weights, String averages) {
    model().graph().parameters().keySet().stream()
        .filter(name -> state.containsKey(weights + name) || !name.startsWith("logvar"))
        .forEach(
            name ->
                assertThat(value(state, averages + name).sameAs(value(state, weights + name)))
                    .as(name)
                    .isTrue());
  }

  private static Tensor value(Map<String, Tensor> state, String name) {
    return Objects.requireNonNull(state.get(name), name);
  }

  @Test
  void aResumedRunEndsInTheSameBits() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      Map<String, Function<Torch, TrainingMethod>> methods =
          Map.of(
              "teach", Edm2TrainingTest::teaching,
              "sid", Edm2TrainingTest::distilling,
              "sida", Edm2TrainingTest::adversarial);
      for (String method : methods.keySet()) {
        Function<Torch, TrainingMethod> start = Objects.requireNonNull(methods.get(method));
        TrainingMethod whole = start.apply(torch);
        whole.step(0, 0);
        Map<String, Tensor> saved = throughFile(whole.state(), method);
        whole.step(1, BATCH);
        TrainingMethod resumed = start.apply(torch);

        resumed.restore(saved);
        resumed.step(1, BATCH);

        Map<String, Tensor> expected = whole.state();
        Map<String, Tensor> actual = resumed.state();
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
            (name, tensor) -> assertThat(value(actual, name).sameAs(tensor)).as(name).isTrue());
      }
    }
  }

  private Map<String, Tensor> throughFile(Map<String, Tensor> state, String name) {
    try (RunFolder run = RunFolder.open(folder.resolve(name), Map.of(), Set.of())) {
      run.save(new RunFolder.Saved(1, BATCH, 0, state));
      return run.newest().orElseThrow().tensors();
    }
  }
}
