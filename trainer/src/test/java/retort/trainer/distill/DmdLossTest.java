package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.ImageShape;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/** The losses on denoisers {@code D(y; sigma) = a y + b sigma}, written out again in plain Java. */
class DmdLossTest {
  private static final double[] Z = {0.7, -1.1, 0.2, 1.9};
  private static final double[] N = {-0.4, 0.8, 1.3, -0.6};
  private static final double[] PAIR_Z = {-0.3, 0.5, 1.2, -1.7};
  private static final double[] PAIR_IMAGES = {0.1, -0.9, 0.4, 0.6};
  private static final double[] SIGMA = {0.5, 3.0};
  private static final double SIGMA_INIT = 2.5;
  private static final double LAMBDA = 0.25;
  private static final int BATCH = 2;

  /** Three networks that differ: a and b of each. */
  private static final double[] GENERATOR = {0.31, -0.12};

  private static final double[] TEACHER = {0.62, 0.23};
  private static final double[] FAKE = {0.45, -0.34};

  static DenoiserModel linear(double... ab) {
    GraphBuilder g = new GraphBuilder();
    Value y = g.input(DenoiserModel.NOISY, Shape.batch(1, 1, 2));
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch()).reshape(-1, 1, 1, 1);
    Value a = g.parameter("a", Tensor.floats(new int[] {1}, (float) ab[0]));
    Value b = g.parameter("b", Tensor.floats(new int[] {1}, (float) ab[1]));
    g.output(DenoiserModel.DENOISED, y.times(a).plus(sigma.times(b)));
    return new DenoiserModel(g.build(), 0.5, List.of(), Map.of());
  }

  private static DmdLoss loss(LossWeight weight) {
    return new DmdLoss(
        new DistributionMatching(SIGMA_INIT, weight),
        LAMBDA,
        ImageDistance.squared(new ImageShape(1, 1, 2)));
  }

  private static Tensor rows(int first, int count, double... values) {
    float[] floats = new float[2 * count];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[2 * first + i];
    }
    return Tensor.floats(new int[] {count, 1, 1, 2}, floats);
  }

  private static Map<String, Tensor> arguments(int first, int count) {
    float[] sigma = new float[count];
    for (int i = 0; i < count; i++) {
      sigma[i] = (float) SIGMA[first + i];
    }
    Map<String, Tensor> arguments = new HashMap<>();
    arguments.put(DistributionMatching.NOISE, rows(first, count, Z));
    arguments.put(DistributionMatching.PERTURBATION, rows(first, count, N));
    arguments.put(DmdLoss.PAIR_NOISE, rows(first, count, PAIR_Z));
    arguments.put(DmdLoss.PAIR_IMAGES, rows(first, count, PAIR_IMAGES));
    arguments.put(DenoiserModel.SIGMA, Tensor.floats(new int[] {count}, sigma));
    return arguments;
  }

  private static double denoised(double[] ab, double y, double sigma) {
    return ab[0] * y + ab[1] * sigma;
  }

  private static double generated(double z) {
    return denoised(GENERATOR, SIGMA_INIT * z, SIGMA_INIT);
  }

  /** Equation 8 in EDM's form: {@code (f - r) / mean |x - r|}. */
  private static double gradient(int at) {
    int image = at / 2;
    double distance = 0;
    double[] difference = new double[2];
    for (int i = 0; i < 2; i++) {
      double x = generated(Z[2 * image + i]);
      double y = x + SIGMA[image] * N[2 * image + i];
      double r = denoised(TEACHER, y, SIGMA[image]);
      distance += Math.abs(x - r) / 2;
      difference[i] = denoised(FAKE, y, SIGMA[image]) - r;
    }
    return difference[at % 2] / distance;
  }

  private static double matching() {
    double sum = 0;
    for (int at = 0; at < 4; at++) {
      sum += 0.5 * gradient(at) * gradient(at) / 4;
    }
    return sum;
  }

  private static double regression() {
    double sum = 0;
    for (int at = 0; at < 4; at++) {
      double missed = generated(PAIR_Z[at]) - PAIR_IMAGES[at];
      sum += missed * missed / 4;
    }
    return sum;
  }

  /** The loss of the three networks as one graph that holds all their weights. */
  private static Graph generatorStep() {
    Map<String, Tensor> weights = new HashMap<>();
    linear(GENERATOR)
        .graph()
        .parameters()
        .forEach((name, value) -> weights.put(DistributionMatching.GENERATOR + name, value));
    linear(FAKE)
        .graph()
        .parameters()
        .forEach((name, value) -> weights.put(DistributionMatching.FAKE_SCORE + name, value));
    return loss(LossWeight.EDM).generatorStep(linear(TEACHER), BATCH).withWeights(weights);
  }

  private static double[] output(Map<String, Tensor> results, String name) {
    return Objects.requireNonNull(results.get(name)).reals();
  }

  @Test
  void theGradientOfImagesIsThatOfEquationEight() {
    double[] gradient =
        output(Interpreter.run(generatorStep(), arguments(0, 2)), DistributionMatching.GRADIENT);

    for (int at = 0; at < 4; at++) {
      assertThat(gradient[at]).isCloseTo(gradient(at), within(1e-5));
    }
  }

  @Test
  void theTotalIsMatchingAndWeightedRegression() {
    Map<String, Tensor> results = Interpreter.run(generatorStep(), arguments(0, 2));

    assertThat(output(results, DistributionMatching.MATCHING)[0])
        .isCloseTo(matching(), within(1e-5));
    assertThat(output(results, DmdLoss.REGRESSION)[0]).isCloseTo(regression(), within(1e-5));
    assertThat(output(results, DistributionMatching.TOTAL)[0])
        .isCloseTo(matching() + LAMBDA * regression(), within(1e-5));
    for (int at = 0; at < 4; at++) {
      assertThat(output(results, DistributionMatching.IMAGES)[at])
          .isCloseTo(generated(Z[at]), within(1e-6));
    }
  }

  @Test
  void totalsOfMicroBatchesAddUpToThatOfTheBatch() {
    Graph loss = generatorStep();
    double parts =
        output(Interpreter.run(loss, arguments(0, 1)), DistributionMatching.TOTAL)[0]
            + output(Interpreter.run(loss, arguments(1, 1)), DistributionMatching.TOTAL)[0];

    assertThat(parts).isCloseTo(matching() + LAMBDA * regression(), within(1e-5));
  }

  /**
   * {@code dL/da = sum g/numel dx/da + lambda dR/da}, where only the generator is differentiated.
   */
  @Test
  void theGeneratorFollowsTheGradientOverAllValuesAndTheRegression() {
    double[] expected = new double[2];
    for (int at = 0; at < 4; at++) {
      double missed = LAMBDA * 2 * (generated(PAIR_Z[at]) - PAIR_IMAGES[at]);
      expected[0] += (gradient(at) * SIGMA_INIT * Z[at] + missed * SIGMA_INIT * PAIR_Z[at]) / 4;
      expected[1] += (gradient(at) * SIGMA_INIT + missed * SIGMA_INIT) / 4;
    }
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights generator = torch.weights(linear(GENERATOR).graph());
      WeightView weights =
          WeightView.scoped(
              Map.of(
                  DistributionMatching.GENERATOR, generator.learnt(),
                  DistributionMatching.TEACHER, torch.weights(linear(TEACHER).graph()).frozen(),
                  DistributionMatching.FAKE_SCORE, torch.weights(linear(FAKE).graph()).frozen()));

      torch.compile(generatorStep()).differentiate(arguments(0, 2), weights);

      Map<String, Tensor> gradients = generator.gradientValues();
      assertThat(output(gradients, "a")[0]).isCloseTo(expected[0], within(1e-4));
      assertThat(output(gradients, "b")[0]).isCloseTo(expected[1], within(1e-4));
    }
  }

  @Test
  void imagesThatTheTeacherLeavesAsTheyAreHaveNoGradient() {
    // With a = 1, b = 0 and no noise the teacher answers x itself, and the fake score network too.
    DenoiserModel identity = linear(1, 0);
    Graph graph = loss(LossWeight.EDM).generatorStep(identity, BATCH);
    Map<String, Tensor> arguments = arguments(0, 2);
    arguments.put(DistributionMatching.PERTURBATION, rows(0, 2, 0, 0, 0, 0));

    double[] gradient = output(Interpreter.run(graph, arguments), DistributionMatching.GRADIENT);

    assertThat(gradient).containsExactly(0, 0, 0, 0);
  }

  @ParameterizedTest
  @EnumSource(names = {"EDM", "SNR"})
  void theFakeScoreNetworkLearnsToDenoiseAsWeighted(LossWeight weight) {
    Graph graph = loss(weight).fakeScoreStep(linear(FAKE), BATCH);
    Map<String, Tensor> arguments =
        Map.of(
            DistributionMatching.IMAGES, rows(0, 2, PAIR_IMAGES),
            DistributionMatching.NOISE, rows(0, 2, N),
            DenoiserModel.SIGMA, Tensor.floats(new int[] {2}, 0.5f, 3));

    double total = output(Interpreter.run(graph, arguments), DistributionMatching.TOTAL)[0];

    double expected = 0;
    for (int at = 0; at < 4; at++) {
      double sigma = SIGMA[at / 2];
      double snr = 1 / (sigma * sigma);
      double missed = denoised(FAKE, PAIR_IMAGES[at] + sigma * N[at], sigma) - PAIR_IMAGES[at];
      expected += (weight == LossWeight.EDM ? snr + 4 : snr) * missed * missed / 4;
    }
    assertThat(total).isCloseTo(expected, within(1e-5));
  }
}
