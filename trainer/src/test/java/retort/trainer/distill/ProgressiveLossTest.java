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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import retort.denoiser.Denoiser;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.denoiser.ImageShape;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.network.SongUNet;
import retort.noise.CosineSchedule;
import retort.noise.KarrasSchedule;
import retort.noise.NoiseSchedule;
import retort.sampling.GeneratorSampler;
import retort.sampling.StepNoise;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/**
 * The loss for a Gaussian teacher, {@code D(y; sigma) = (s^2 y + sigma^2 mu) / (s^2 + sigma^2)},
 * against the published formulas written out in plain Java.
 */
class ProgressiveLossTest {
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

  private static Graph graph(LossWeight weight) {
    return new ProgressiveLoss(weight, ImageDistance.squared(SHAPE)).studentStep(teacher(), BATCH);
  }

  private static Map<String, Tensor> arguments(Halving halving) {
    Map<String, Tensor> arguments = new HashMap<>();
    arguments.put(ProgressiveLoss.IMAGES, Tensor.floats(new int[] {1, 1, 1, 2}, IMAGES));
    arguments.put(ProgressiveLoss.NOISE, Tensor.floats(new int[] {1, 1, 1, 2}, NOISE));
    arguments.put(DenoiserModel.SIGMA, one(halving.start()));
    arguments.put(ProgressiveLoss.MIDDLE, one(halving.middle()));
    arguments.put(ProgressiveLoss.SHARE, one(halving.firstShare()));
    return arguments;
  }

  private static Tensor one(double value) {
    return Tensor.floats(new int[] {1}, (float) value);
  }

  private static double[] output(Map<String, Tensor> results, String name) {
    return Objects.requireNonNull(results.get(name)).reals();
  }

  /** The target as published for a variance-preserving state, at times of its schedule. */
  private static double variancePreserving(CosineSchedule u, int steps, int i, int at) {
    double t = (i + 1.0) / steps;
    double m = t - 0.5 / steps;
    double s = t - 1.0 / steps;
    double z = u.alphaAt(t) * IMAGES[at] + deviation(u, t) * NOISE[at];
    double x1 = denoised(z / u.alphaAt(t), u.sigmaAt(t));
    double e1 = (z - u.alphaAt(t) * x1) / deviation(u, t);
    double zm = u.alphaAt(m) * x1 + deviation(u, m) * e1;
    double x2 = denoised(zm / u.alphaAt(m), u.sigmaAt(m));
    if (i == 0) {
      return x2;
    }
    double e2 = (zm - u.alphaAt(m) * x2) / deviation(u, m);
    double zs = u.alphaAt(s) * x2 + deviation(u, s) * e2;
    double ratio = Math.exp((softplus(u.logSnrAt(t)) - softplus(u.logSnrAt(s))) / 2);
    return (zs - ratio * z) / (u.alphaAt(s) - ratio * u.alphaAt(t));
  }

  /** The noise of the variance-preserving state, {@code sqrt(sigmoid(-lambda))}. */
  private static double deviation(CosineSchedule schedule, double time) {
    return Math.exp(-softplus(schedule.logSnrAt(time)) / 2);
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** The target as published for EDM's state; the last step ends at level 0. */
  private static double edm(KarrasSchedule schedule, int steps, int i, int at) {
    double t = schedule.sigmaAt((i + 1.0) / steps);
    double m = schedule.sigmaAt((i + 0.5) / steps);
    double s = i == 0 ? 0 : schedule.sigmaAt((double) i / steps);
    double y = IMAGES[at] + t * NOISE[at];
    double ym = y + (m - t) * (y - denoised(y, t)) / t;
    double ys = ym + (s - m) * (ym - denoised(ym, m)) / m;
    return y - t * (ys - y) / (s - t);
  }

  static Stream<Arguments> stepsOfStudents() {
    return Stream.of(1, 2, 8, 512)
        .flatMap(
            steps ->
                Stream.of(0, 1, steps / 2, steps - 1)
                    .distinct()
                    .filter(i -> i < steps)
                    .map(i -> Arguments.of(steps, i)));
  }

  @ParameterizedTest
  @MethodSource("stepsOfStudents")
  void theTargetIsThatOfTheVariancePreservingForm(int steps, int i) {
    CosineSchedule schedule = new CosineSchedule(-8, 8);

    Map<String, Tensor> results =
        Interpreter.run(graph(LossWeight.SNR_TRUNC), arguments(Halving.of(schedule, steps, i)));

    for (int at = 0; at < 2; at++) {
      assertThat(output(results, ProgressiveLoss.TARGET)[at])
          .isCloseTo(variancePreserving(schedule, steps, i, at), within(1e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("stepsOfStudents")
  void theTargetIsThatOfEdmsForm(int steps, int i) {
    Map<String, Tensor> results =
        Interpreter.run(
            graph(LossWeight.CONSTANT), arguments(Halving.of(KarrasSchedule.EDM, steps, i)));

    for (int at = 0; at < 2; at++) {
      assertThat(output(results, ProgressiveLoss.TARGET)[at])
          .isCloseTo(edm(KarrasSchedule.EDM, steps, i, at), within(1e-5));
    }
  }

  static Stream<NoiseSchedule> schedules() {
    return Stream.of(KarrasSchedule.EDM, CosineSchedule.STANDARD, new CosineSchedule(-8, 8));
  }

  /** Answers what the loss would have a student say. */
  private record Ideal(NoiseSchedule schedule, int steps) implements Denoiser {
    @Override
    public ImageShape imageShape() {
      return SHAPE;
    }

    @Override
    public float[] denoise(float[] noisy, float[] sigma, Map<String, float[]> conditioning) {
      int index =
          IntStream.range(0, steps)
              .filter(i -> (float) Halving.of(schedule, steps, i).start() == sigma[0])
              .findFirst()
              .orElseThrow();
      Map<String, Tensor> arguments = new HashMap<>(arguments(Halving.of(schedule, steps, index)));
      arguments.put(ProgressiveLoss.IMAGES, Tensor.floats(new int[] {1, 1, 1, 2}, noisy));
      arguments.put(ProgressiveLoss.NOISE, Tensor.floats(new int[] {1, 1, 1, 2}, 0, 0));
      Graph loss = graph(LossWeight.CONSTANT);
      return Objects.requireNonNull(Interpreter.run(loss, arguments).get(ProgressiveLoss.TARGET))
          .floats();
    }
  }

  /** The teacher itself. */
  private static final class Gaussian implements Denoiser {
    @Override
    public ImageShape imageShape() {
      return SHAPE;
    }

    @Override
    public float[] denoise(float[] noisy, float[] sigma, Map<String, float[]> conditioning) {
      float[] denoised = new float[noisy.length];
      for (int i = 0; i < noisy.length; i++) {
        denoised[i] = (float) denoised(noisy[i], sigma[0]);
      }
      return denoised;
    }

    private double denoised(double y, double sigma) {
      return ProgressiveLossTest.denoised(y, sigma);
    }
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void aStudentThatHasLearntEndsWhereTwiceTheStepsOfItsTeacherEnd(NoiseSchedule schedule) {
    for (int steps : List.of(1, 2, 4, 16)) {
      double[] student =
          new GeneratorSampler(Halving.all(schedule, steps))
              .sample(new Ideal(schedule, steps), NOISE, Map.of(), StepNoise.NONE);

      double[] teacher =
          new GeneratorSampler(Halving.all(schedule, 2 * steps))
              .sample(new Gaussian(), NOISE, Map.of(), StepNoise.NONE);
      assertThat(student).containsExactly(teacher, within(1e-5));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "1024, 0", "1024, 1", "1024, 512", "1024, 1023", "8192, 8191", "8192, 1"})
  void atTheEndsOfThePublishedScheduleNothingIsLost(int steps, int i) {
    Halving halving = Halving.of(CosineSchedule.STANDARD, steps, i);
    assertThat(halving.firstShare()).isBetween(0.0, 1.0);
    double expected = variancePreserving(CosineSchedule.STANDARD, steps, i, 0);
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      WeightView weights = torch.weights(teacher().graph()).frozen();

      Map<String, Tensor> results =
          torch
              .compile(graph(LossWeight.SNR_TRUNC))
              .compute(
                  arguments(halving),
                  WeightView.scoped(
                      Map.of(ProgressiveLoss.TEACHER, weights, ProgressiveLoss.STUDENT, weights)));

      // In single precision; the published quotient itself keeps six digits of double's sixteen.
      assertThat(output(results, ProgressiveLoss.TARGET)[0]).isCloseTo(expected, within(1e-5));
      assertThat(output(results, ProgressiveLoss.TOTAL)[0]).isFinite();
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachWeightIsTheErrorOfWhatItIsNamedFor(LossWeight weight) {
    CosineSchedule schedule = new CosineSchedule(-6, 6);
    for (int i = 0; i < 4; i++) {
      Halving halving = Halving.of(schedule, 4, i);
      double time = (i + 1) / 4.0;
      double alpha = schedule.alphaAt(time);
      double sigma = deviation(schedule, time);
      double image = 0;
      double noise = 0;
      double velocity = 0;
      for (int at = 0; at < 2; at++) {
        double z = alpha * IMAGES[at] + sigma * NOISE[at];
        double x = denoised(z / alpha, halving.start());
        double target = variancePreserving(schedule, 4, i, at);
        double eps = (z - alpha * x) / sigma;
        double targetEps = (z - alpha * target) / sigma;
        image += Math.pow(x - target, 2) / 2;
        noise += Math.pow(eps - targetEps, 2) / 2;
        velocity += Math.pow(alpha * (eps - targetEps) - sigma * (x - target), 2) / 2;
      }
      double expected =
          switch (weight) {
            case SNR_TRUNC -> Math.max(image, noise);
            case V_MSE -> velocity;
            case SNR -> noise;
            case CONSTANT -> image;
            case EDM -> noise + image / 0.25;
          };

      Map<String, Tensor> results = Interpreter.run(graph(weight), arguments(halving));

      assertThat(output(results, ProgressiveLoss.LOSS)[0])
          .isCloseTo(expected, within(1e-4 * expected));
      assertThat(output(results, ProgressiveLoss.TOTAL)[0] * BATCH)
          .isCloseTo(expected, within(1e-4 * expected));
      assertThat(LossWeight.named("--loss-weight", weight.toString(), LossWeight.values()))
          .isEqualTo(weight);
    }
  }

  @Test
  void theStudentLearnsAndTheTeacherDoesNot() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights teacher = torch.weights(teacher().graph());
      NetworkWeights student = torch.weights(teacher().graph());

      torch
          .compile(graph(LossWeight.SNR_TRUNC))
          .differentiate(
              arguments(Halving.of(KarrasSchedule.EDM, 2, 0)),
              WeightView.scoped(
                  Map.of(
                      ProgressiveLoss.TEACHER, teacher.learnt(),
                      ProgressiveLoss.STUDENT, student.learnt())));

      // Even where the teacher could learn, the target lets no gradient pass.
      assertThat(output(teacher.gradientValues(), "mu")).containsOnly(0);
      assertThat(Arrays.stream(output(student.gradientValues(), "mu"))).allMatch(g -> g != 0);
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
        new ProgressiveLoss(LossWeight.CONSTANT, ImageDistance.squared(teacher.imageShape()))
            .studentStep(teacher, BATCH);

    assertThat(step.nodes()).noneMatch(node -> node.operator() == Operator.DROPOUT);
    assertThat(step.inputs().stream().map(Graph.Input::name))
        .containsExactlyInAnyOrder("images", "noise", "sigma", "middle", "share", "label");
    assertThat(step.parameters()).hasSize(2 * teacher.graph().parameters().size());
  }

  @Test
  void anUnknownWeightIsRefused() {
    assertThatThrownBy(() -> LossWeight.named("--loss-weight", "best", LossWeight.values()))
        .hasMessage("--loss-weight is best but should be snr-trunc, v-mse, snr, constant, edm");
  }
}
