package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.network.SongUNet;
import retort.noise.GaussianNoise;
import retort.trainer.engine.LossForm;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/** The losses of training, in segments and whole: the gradients are the same but for rounding. */
class SegmentsParityTest {
  /** Sums of float32 in another order, relative to the norm. */
  private static final double ROUNDING = 1e-6;

  static final int BATCH = 3;
  static final long SEED = 11;

  /** What a loss gives: its value, and the gradients of the network that learns. */
  record Result(double loss, Map<String, Tensor> gradients) {}

  static DenoiserModel model(double dropout, int stream) {
    Graph network =
        new EdmPreconditioning(0.5)
            .denoiser(
                SongUNet.ddpmpp(8, 1, 2, 0, 8, List.of(1, 2), 2, 1, Set.of(4), dropout).build(5));
    Map<String, Tensor> awake = new HashMap<>();
    network
        .parameters()
        .forEach(
            (name, value) ->
                awake.put(name, normal(stream + name.hashCode(), 0.2f, value.shape())));
    return new DenoiserModel(network.withWeights(awake), 0.5, List.of("a", "b"), Map.of());
  }

  static Tensor normal(int stream, float scale, int... shape) {
    float[] values = new float[Tensor.elements(shape)];
    new GaussianNoise(3, stream).fill(values, 0, values.length, 0);
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
    return Tensor.floats(shape, values);
  }

  static Map<String, Tensor> conditions() {
    Map<String, Tensor> arguments = new HashMap<>();
    arguments.put(DenoiserModel.SIGMA, Tensor.floats(new int[] {BATCH}, 0.3f, 1, 4));
    arguments.put(DenoiserModel.LABEL, Tensor.floats(new int[] {BATCH, 2}, 1, 0, 0, 1, 0, 0));
    return arguments;
  }

  private static Result sid(double dropout, int segments, Layout layout) {
    DenoiserModel teacher = model(dropout, 1);
    Graph graph =
        new SidLoss(1.2, 2.5, 100)
            .generatorStep(teacher, BATCH)
            .withOutputs(List.of(SidLoss.TOTAL));
    Map<String, Tensor> arguments = conditions();
    arguments.put(SidLoss.NOISE, normal(1, 1, BATCH, 1, 8, 8));
    arguments.put(SidLoss.PERTURBATION, normal(2, 1, BATCH, 1, 8, 8));
    try (Torch torch = Torch.open(1, layout, new LossForm(segments, false))) {
      NetworkWeights generator = torch.weights(model(dropout, 2).graph());
      NetworkWeights fakeScore = torch.weights(model(dropout, 3).graph());
      WeightView weights =
          WeightView.scoped(
              Map.of(
                  SidLoss.GENERATOR, generator.learnt(),
                  SidLoss.TEACHER, torch.weights(teacher.graph()).frozen(),
                  SidLoss.FAKE_SCORE, fakeScore.frozen()));
      double loss = loss(torch.compile(graph).differentiate(arguments, weights, SEED));
      return new Result(loss, generator.gradientValues());
    }
  }

  private static Result denoising(double dropout, int segments) {
    DenoiserModel model = model(dropout, 1);
    Graph graph = DenoisingLoss.of(model, BATCH).withOutputs(List.of(DenoisingLoss.TOTAL));
    Map<String, Tensor> arguments = conditions();
    arguments.put(DenoisingLoss.IMAGES, normal(1, 0.5f, BATCH, 1, 8, 8));
    arguments.put(DenoisingLoss.NOISE, normal(2, 1, BATCH, 1, 8, 8));
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS, new LossForm(segments, false))) {
      NetworkWeights weights = torch.weights(model.graph());
      double loss = loss(torch.compile(graph).differentiate(arguments, weights.learnt(), SEED));
      return new Result(loss, weights.gradientValues());
    }
  }

  static double loss(Map<String, Tensor> results) {
    return Objects.requireNonNull(results.get("total")).reals()[0];
  }

  static void assertClose(Result actual, Result expected) {
    assertThat(Math.abs(actual.loss() - expected.loss()))
        .isLessThanOrEqualTo(ROUNDING * Math.abs(expected.loss()));
    double difference = 0;
    double norm = 0;
    for (Map.Entry<String, Tensor> entry : expected.gradients().entrySet()) {
      double[] values = entry.getValue().reals();
      double[] others = gradient(actual, entry.getKey());
      double ours = 0;
      double theirs = 0;
      for (int i = 0; i < values.length; i++) {
        ours += (values[i] - others[i]) * (values[i] - others[i]);
        theirs += values[i] * values[i];
      }
      difference += ours;
      norm += theirs;
    }
    assertThat(norm).isPositive();
    assertThat(Math.sqrt(difference)).isLessThanOrEqualTo(ROUNDING * Math.sqrt(norm));
  }

  private static double[] gradient(Result result, String name) {
    return Objects.requireNonNull(result.gradients().get(name)).reals();
  }

  private static void assertSame(Result actual, Result expected) {
    assertThat(actual.loss()).isEqualTo(expected.loss());
    expected
        .gradients()
        .forEach(
            (name, tensor) -> assertThat(gradient(actual, name)).containsExactly(tensor.reals()));
  }

  @ParameterizedTest(name = "{0} segments")
  @ValueSource(ints = {2, 3, 5, 9})
  void theGeneratorsGradientIsThatOfTheWholeLoss(int segments) {
    assertClose(sid(0, segments, Layout.CONTIGUOUS), sid(0, 1, Layout.CONTIGUOUS));
  }

  @ParameterizedTest
  @EnumSource
  void bothLayoutsCanBeCut(Layout layout) {
    assertClose(sid(0, 5, layout), sid(0, 1, layout));
  }

  @ParameterizedTest(name = "{0} segments")
  @ValueSource(ints = {2, 3, 5, 9})
  void aTeachersGradientIsThatOfTheWholeLoss(int segments) {
    assertClose(denoising(0, segments), denoising(0, 1));
  }

  @Test
  void aGeneratorThatIsASegmentDrawsTheMasksOfTheWholeLoss() {
    Result whole = sid(0.3, 1, Layout.CONTIGUOUS);

    assertClose(sid(0.3, 3, Layout.CONTIGUOUS), whole);
    assertThat(whole.loss()).isNotEqualTo(sid(0, 1, Layout.CONTIGUOUS).loss());
  }

  @ParameterizedTest(name = "{0} segments")
  @ValueSource(ints = {1, 3, 9})
  void theSameSegmentsGiveTheSameBits(int segments) {
    assertSame(sid(0.3, segments, Layout.CHANNELS_LAST), sid(0.3, segments, Layout.CHANNELS_LAST));
    assertSame(denoising(0.3, segments), denoising(0.3, segments));
  }

  @Test
  void moreSegmentsThanNodesCutBetweenAllOfThem() {
    assertClose(denoising(0, 10_000), denoising(0, 1));
  }
}
