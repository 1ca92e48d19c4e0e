package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.network.SongUNet;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/** The loss on denoisers {@code D(y; sigma) = a y + b sigma}, written out again in plain Java. */
class SidLossTest {
  private static final double[] Z = {0.7, -1.1, 0.2, 1.9};
  private static final double[] N = {-0.4, 0.8, 1.3, -0.6};
  private static final double[] SIGMA = {0.5, 3.0};
  private static final double SIGMA_INIT = 2.5;
  private static final int BATCH = 2;

  /** Three networks that differ: a and b of each. */
  private static final double[] GENERATOR = {0.31, -0.12};

  private static final double[] TEACHER = {0.62, 0.23};
  private static final double[] FAKE = {0.45, -0.34};

  /** Gradients of float32, against difference quotients good to 1e-8. */
  private static final double TOLERANCE = 1e-4;

  private static DenoiserModel linear(double[] ab) {
    GraphBuilder g = new GraphBuilder();
    Value y = g.input(DenoiserModel.NOISY, Shape.batch(1, 1, 2));
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch()).reshape(-1, 1, 1, 1);
    Value a = g.parameter("a", Tensor.floats(new int[] {1}, (float) ab[0]));
    Value b = g.parameter("b", Tensor.floats(new int[] {1}, (float) ab[1]));
    g.output(DenoiserModel.DENOISED, y.times(a).plus(sigma.times(b)));
    return new DenoiserModel(g.build(), 0.5, List.of(), Map.of());
  }

  private static Tensor images(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Tensor.floats(new int[] {BATCH, 1, 1, 2}, floats);
  }

  private static Map<String, Tensor> arguments() {
    return Map.of(
        SidLoss.NOISE, images(Z),
        SidLoss.PERTURBATION, images(N),
        DenoiserModel.SIGMA, Tensor.floats(new int[] {2}, 0.5f, 3));
  }

  /** What the loss holds fixed while the generator moves, for the tests of its gradient. */
  private enum Held {
    WEIGHT,
    WEIGHT_AND_TEACHER,
    WEIGHT_AND_FAKE_SCORE,
    NOTHING
  }

  /**
   * The terms of the loss at {@code moved}, where what is held has its value at {@code GENERATOR}.
   */
  private static double[] terms(double alpha, double[] moved, Held held) {
    double[] terms = new double[4];
    for (int image = 0; image < BATCH; image++) {
      double sigma = SIGMA[image];
      double weight = 0;
      double[] x = new double[2];
      double[] r = new double[2];
      double[] f = new double[2];
      for (int i = 0; i < 2; i++) {
        int at = 2 * image + i;
        double before = generated(GENERATOR, at);
        x[i] = generated(moved, at);
        r[i] = denoised(TEACHER, held == Held.WEIGHT_AND_TEACHER ? before : x[i], at, sigma);
        f[i] = denoised(FAKE, held == Held.WEIGHT_AND_FAKE_SCORE ? before : x[i], at, sigma);
        double fixed = held == Held.NOTHING ? x[i] : before;
        weight += Math.abs(fixed - denoised(TEACHER, fixed, at, sigma)) / 2;
      }
      for (int i = 0; i < 2; i++) {
        terms[2 * image + i] = (r[i] - f[i]) * (r[i] - x[i] - alpha * (r[i] - f[i])) / weight;
      }
    }
    return terms;
  }

  private static double generated(double[] ab, int at) {
    return ab[0] * SIGMA_INIT * Z[at] + ab[1] * SIGMA_INIT;
  }

  private static double denoised(double[] ab, double x, int at, double sigma) {
    return ab[0] * (x + sigma * N[at]) + ab[1] * sigma;
  }

  private static double total(double alpha, double[] moved, Held held) {
    double sum = 0;
    for (double term : terms(alpha, moved, held)) {
      sum += term;
    }
    return 100 * sum / BATCH;
  }

  /** Central differences of the total with respect to a and b of the generator. */
  private static double[] gradient(double alpha, Held held) {
    double h = 1e-6;
    double[] gradient = new double[2];
    for (int i = 0; i < 2; i++) {
      double[] up = GENERATOR.clone();
      double[] down = GENERATOR.clone();
      up[i] += h;
      down[i] -= h;
      gradient[i] = (total(alpha, up, held) - total(alpha, down, held)) / (2 * h);
    }
    return gradient;
  }

  /** The loss of the three networks as one graph that holds all their weights. */
  private static Graph graph(double alpha) {
    Graph graph = new SidLoss(alpha, SIGMA_INIT, 100).generatorStep(linear(TEACHER), BATCH);
    return graph.withWeights(
        Map.of(
            "generator/a", Tensor.floats(new int[] {1}, (float) GENERATOR[0]),
            "generator/b", Tensor.floats(new int[] {1}, (float) GENERATOR[1]),
            "fake/a", Tensor.floats(new int[] {1}, (float) FAKE[0]),
            "fake/b", Tensor.floats(new int[] {1}, (float) FAKE[1])));
  }

  private static double[] output(Map<String, Tensor> results, String name) {
    return Objects.requireNonNull(results.get(name)).reals();
  }

  @ParameterizedTest(name = "alpha {0}")
  @ValueSource(doubles = {0.5, 1, 1.2})
  void termsAreThoseOfThePaper(double alpha) {
    Map<String, Tensor> results = Interpreter.run(graph(alpha), arguments());

    double[] expected = terms(alpha, GENERATOR, Held.WEIGHT);
    assertThat(output(results, SidLoss.LOSS)).containsExactly(expected, within(1e-6));
    assertThat(output(results, SidLoss.TOTAL)[0])
        .isCloseTo(total(alpha, GENERATOR, Held.WEIGHT), within(1e-4));
    for (int at = 0; at < 4; at++) {
      assertThat(output(results, SidLoss.IMAGES)[at])
          .isCloseTo(generated(GENERATOR, at), within(1e-6));
    }
  }

  @Test
  void alphaOneLeavesTheProductOfBothDifferences() {
    double[] terms = output(Interpreter.run(graph(1), arguments()), SidLoss.LOSS);

    for (int image = 0; image < BATCH; image++) {
      double weight = 0;
      double[] products = new double[2];
      for (int i = 0; i < 2; i++) {
        int at = 2 * image + i;
        double x = generated(GENERATOR, at);
        double r = denoised(TEACHER, x, at, SIGMA[image]);
        double f = denoised(FAKE, x, at, SIGMA[image]);
        weight += Math.abs(x - r) / 2;
        products[i] = (r - f) * (f - x);
      }
      assertThat(terms[2 * image]).isCloseTo(products[0] / weight, within(1e-6));
      assertThat(terms[2 * image + 1]).isCloseTo(products[1] / weight, within(1e-6));
    }
  }

  @ParameterizedTest(name = "alpha {0}")
  @ValueSource(doubles = {1, 1.2})
  void gradientsFlowThroughBothNetworksAndNotThroughTheWeight(double alpha) {
    double[] expected = gradient(alpha, Held.WEIGHT);
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights generator = torch.weights(linear(GENERATOR).graph());
      NetworkWeights teacher = torch.weights(linear(TEACHER).graph());
      NetworkWeights fake = torch.weights(linear(FAKE).graph());

      torch
          .compile(graph(alpha))
          .differentiate(
              arguments(),
              WeightView.scoped(
                  Map.of(
                      SidLoss.GENERATOR, generator.learnt(),
                      SidLoss.TEACHER, teacher.frozen(),
                      SidLoss.FAKE_SCORE, fake.frozen())));

      double a = output(generator.gradientValues(), "a")[0];
      double b = output(generator.gradientValues(), "b")[0];
      assertThat(a).isCloseTo(expected[0], within(TOLERANCE * Math.abs(expected[0])));
      assertThat(b).isCloseTo(expected[1], within(TOLERANCE * Math.abs(expected[1])));
      assertThat(output(fake.gradientValues(), "a")).containsExactly(0);
    }
    // The numbers are such that leaving out either path, or adding that through w, would show.
    for (Held held : List.of(Held.WEIGHT_AND_TEACHER, Held.WEIGHT_AND_FAKE_SCORE, Held.NOTHING)) {
      double other = gradient(alpha, held)[0];
      assertThat(Math.abs(other - expected[0])).isGreaterThan(0.05 * Math.abs(expected[0]));
    }
  }

  @Test
  void dropoutIsActiveInTheGeneratorAlone() {
    SongUNet network = SongUNet.ddpmpp(4, 1, 2, 9, 8, List.of(1), 1, 1, Set.of(), 0.1);
    DenoiserModel teacher =
        new DenoiserModel(
            new EdmPreconditioning(0.5).denoiser(network.build(0)),
            0.5,
            List.of("a", "b"),
            Map.of());

    Graph step = new SidLoss(1.2, SIGMA_INIT, 100).generatorStep(teacher, BATCH);

    assertThat(dropouts(step)).isEqualTo(dropouts(teacher.graph())).isPositive();
    assertThat(step.inputs().stream().map(Graph.Input::name))
        .containsExactlyInAnyOrder("noise", "perturbation", "sigma", "label");
    assertThat(step.parameters()).hasSize(3 * teacher.graph().parameters().size());
  }

  private static long dropouts(Graph graph) {
    return graph.nodes().stream().filter(n -> n.operator() == Operator.DROPOUT).count();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void theGeneratorsNoiseLevelIsPositiveAndFinite(double sigmaInit) {
    assertThatThrownBy(() -> new SidLoss(1.2, sigmaInit, 100))
        .hasMessage("sigma_init is " + sigmaInit + " but must be positive");
  }

  @Test
  void alphaIsANumber() {
    assertThatThrownBy(() -> new SidLoss(Double.NaN, 2.5, 100))
        .hasMessageContaining("alpha is NaN");
  }
}
