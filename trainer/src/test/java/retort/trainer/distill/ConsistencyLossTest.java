package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.denoiser.ImageShape;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.network.SongUNet;
import retort.noise.KarrasSchedule;
import retort.noise.UniformIndexSigma;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/** The loss for a Gaussian teacher, whose paths are known. */
class ConsistencyLossTest {
  private static final double MEAN = 0.3;
  private static final double DEVIATION = 0.5;
  private static final ImageShape SHAPE = new ImageShape(1, 1, 2);
  private static final float[] IMAGES = {0.4f, -0.7f};
  private static final float[] NOISE = {-1.2f, 0.8f};
  private static final int BATCH = 4;

  private static double denoised(double y, double sigma) {
    double variance = DEVIATION * DEVIATION;
    return (variance * y + sigma * sigma * MEAN) / (variance + sigma * sigma);
  }

  private static DenoiserModel teacher() {
    return GaussianDenoisers.of(new double[] {MEAN, MEAN}, new double[] {DEVIATION, DEVIATION});
  }

  /** A consistency function {@code gain y + offset sigma}; with 1 and 0 it answers where it is. */
  private static DenoiserModel linear(double gain, double offset) {
    GraphBuilder g = new GraphBuilder();
    Value y = g.input(DenoiserModel.NOISY, Shape.batch(1, 1, 2));
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch()).reshape(-1, 1, 1, 1);
    Value a = g.parameter("a", Tensor.floats(new int[] {1}, (float) gain));
    Value b = g.parameter("b", Tensor.floats(new int[] {1}, (float) offset));
    g.output(DenoiserModel.DENOISED, y.times(a).plus(sigma.times(b)));
    return new DenoiserModel(g.build(), 0.5, List.of(), Map.of());
  }

  private static Graph graph(DenoiserModel function) {
    return new ConsistencyLoss(ImageDistance.squared(SHAPE))
        .studentStep(teacher(), function, BATCH);
  }

  private static Map<String, Tensor> arguments(double t, double next) {
    Map<String, Tensor> arguments = new HashMap<>();
    arguments.put(ConsistencyLoss.IMAGES, Tensor.floats(new int[] {1, 1, 1, 2}, IMAGES));
    arguments.put(ConsistencyLoss.NOISE, Tensor.floats(new int[] {1, 1, 1, 2}, NOISE));
    arguments.put(DenoiserModel.SIGMA, Tensor.floats(new int[] {1}, (float) t));
    arguments.put(ConsistencyLoss.NEXT, Tensor.floats(new int[] {1}, (float) next));
    return arguments;
  }

  private static double[] output(Map<String, Tensor> results, String name) {
    return Objects.requireNonNull(results.get(name)).reals();
  }

  private static double heun(double y, double t, double next) {
    double first = (y - denoised(y, t)) / t;
    double straight = y + (next - t) * first;
    double second = (straight - denoised(straight, next)) / next;
    return y + (next - t) * (first + second) / 2;
  }

  @ParameterizedTest
  @CsvSource({"80, 66", "2.5, 1.9", "0.01, 0.002"})
  void bothEndsOfAStepOfTheTeacherAreCompared(double t, double next) {
    double gain = 0.7;
    double offset = -0.2;

    Map<String, Tensor> results = Interpreter.run(graph(linear(gain, offset)), arguments(t, next));

    double expected = 0;
    for (int at = 0; at < 2; at++) {
      double y = IMAGES[at] + t * NOISE[at];
      double target = gain * heun(y, t, next) + offset * next;
      assertThat(output(results, ConsistencyLoss.TARGET)[at]).isCloseTo(target, within(1e-5 * t));
      expected += Math.pow(gain * y + offset * t - target, 2) / 2;
    }
    assertThat(output(results, ConsistencyLoss.LOSS)[0]).isCloseTo(expected, within(1e-5 * t * t));
    assertThat(output(results, ConsistencyLoss.TOTAL)[0])
        .isCloseTo(expected / BATCH, within(1e-5 * t * t));
  }

  @Test
  void onTheGridTheTeachersStepsStayOnItsPath() {
    UniformIndexSigma grid = new UniformIndexSigma(KarrasSchedule.EDM, 40, 1, 39);
    for (int level = 1; level < 40; level++) {
      double t = grid.sigmaAt(level);
      double next = grid.sigmaAt(level - 1);

      Map<String, Tensor> results = Interpreter.run(graph(linear(1, 0)), arguments(t, next));

      for (int at = 0; at < 2; at++) {
        // Along a path the distance from the mean is as the deviation of what is seen.
        double variance = DEVIATION * DEVIATION;
        double path = Math.sqrt((variance + next * next) / (variance + t * t));
        double expected = MEAN + path * (IMAGES[at] + t * NOISE[at] - MEAN);
        assertThat(output(results, ConsistencyLoss.TARGET)[at])
            .isCloseTo(expected, within(4e-3 * Math.max(1, next)));
      }
    }
  }

  @Test
  void theStudentLearnsAlone() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights teacher = torch.weights(teacher().graph());
      NetworkWeights student = torch.weights(linear(0.7, 0.1).graph());
      NetworkWeights target = torch.weights(linear(0.7, 0.1).graph());

      torch
          .compile(graph(linear(0.7, 0.1)))
          .differentiate(
              arguments(2.5, 1.9),
              WeightView.scoped(
                  Map.of(
                      ConsistencyLoss.TEACHER, teacher.learnt(),
                      ConsistencyLoss.STUDENT, student.learnt(),
                      ConsistencyLoss.AVERAGED, target.learnt())));

      // Even where the others could learn, the target lets no gradient pass.
      assertThat(output(teacher.gradientValues(), "mu")).containsOnly(0);
      assertThat(output(target.gradientValues(), "a")).containsOnly(0);
      assertThat(Arrays.stream(output(student.gradientValues(), "a"))).allMatch(g -> g != 0);
    }
  }

  @Test
  void thereIsNoDropoutAndNoAugmentation() {
    SongUNet network = SongUNet.ddpmpp(4, 1, 2, 9, 8, List.of(1), 1, 1, Set.of(), 0.1);
    DenoiserModel teacher =
        new DenoiserModel(
            new EdmPreconditioning(0.5).denoiser(network.build(0)),
            0.5,
            List.of("a", "b"),
            Map.of());

    Graph step =
        new ConsistencyLoss(ImageDistance.squared(teacher.imageShape()))
            .studentStep(teacher, ConsistencyFunction.of(teacher, 0.002), BATCH);

    assertThat(step.nodes()).noneMatch(node -> node.operator() == Operator.DROPOUT);
    assertThat(step.inputs().stream().map(Graph.Input::name))
        .containsExactlyInAnyOrder("images", "noise", "sigma", "next", "label");
    assertThat(step.parameters()).hasSize(3 * teacher.graph().parameters().size());
  }
}
