package retort.trainer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.noise.GaussianNoise;

class AdamTest {
  /** A few roundings of float32 in each step, on weights around 1. */
  private static final double TOLERANCE = 2e-6;

  private static final double RATE = 0.05;

  private final Torch torch = Torch.open(1, Layout.CONTIGUOUS);
  private final Graph graph = linear();
  private final Program loss = torch.compile(graph);
  private final NetworkWeights weights = torch.weights(graph);

  @AfterEach
  void close() {
    torch.close();
  }

  /** {@code sum(w * x)}: the gradient of w is what is fed as x. */
  private static Graph linear() {
    GraphBuilder g = new GraphBuilder();
    Value w = g.parameter("w", Tensor.floats(new int[] {4}, 1, -1, 0.5f, 2));
    g.output("loss", g.input("x", Shape.of(4)).times(w).sum());
    return g.build();
  }

  private void gradient(float... values) {
    loss.differentiate(Map.of("x", Tensor.floats(new int[] {4}, values)), weights.learnt());
  }

  private static double[] values(NetworkWeights of, String name) {
    return Objects.requireNonNull(of.parameterValues().get(name)).reals();
  }

  private double[] gradients() {
    return Objects.requireNonNull(weights.gradientValues().get("w")).reals();
  }

  /** Gradients of all sizes, the last of them so small that epsilon decides. */
  private static float[] draw(int step) {
    float[] values = new float[4];
    new GaussianNoise(11, step).fill(values, 0, 4, 0);
    values[2] *= 1000;
    values[3] *= 3e-8f;
    return values;
  }

  @ParameterizedTest(name = "weight decay {0}")
  @ValueSource(doubles = {0, 0.1})
  void stepsAreThoseOfPyTorch(double decay) {
    Adam adam = torch.adam(weights, new AdamConfig(0.9, 0.99, 1e-8, decay, false));
    double[] expected = values(weights, "w");
    double[] first = new double[4];
    double[] second = new double[4];

    for (int step = 1; step <= 6; step++) {
      float[] gradient = draw(step);
      gradient(gradient);
      adam.step(RATE);
      for (int i = 0; i < 4; i++) {
        double g = gradient[i] + decay * expected[i];
        first[i] = 0.9 * first[i] + 0.1 * g;
        second[i] = 0.99 * second[i] + 0.01 * g * g;
        double root = Math.sqrt(second[i]) / Math.sqrt(1 - Math.pow(0.99, step));
        expected[i] -= RATE / (1 - Math.pow(0.9, step)) * first[i] / (root + 1e-8);
      }

      assertThat(values(weights, "w")).containsExactly(expected, within(TOLERANCE * step));
    }
  }

  @Test
  void gradientsAddUpUntilAStepClearsThem() {
    Adam adam = torch.adam(weights, AdamConfig.of(0, 0.999));
    gradient(1, 2, 3, 4);
    gradient(1, 1, 1, 1);

    assertThat(gradients()).containsExactly(2, 3, 4, 5);
    double norm = adam.step(RATE);

    assertThat(norm).isCloseTo(Math.sqrt(4 + 9 + 16 + 25), within(1e-6));
    assertThat(gradients()).containsOnly(0);
    gradient(1, 0, 0, 0);
    assertThat(gradients()).containsExactly(1, 0, 0, 0);
  }

  @Test
  void valuesThatAreNotFiniteAreReplacedAndReported() {
    Adam adam = torch.adam(weights, AdamConfig.of(0, 0.999));
    gradient(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1);

    double norm = adam.step(RATE);

    assertThat(norm).isNaN();
    assertThat(Objects.requireNonNull(adam.state().get("first/w")).reals())
        .containsExactly(0, 1e5, -1e5, 1);
    double[] moved = {1, -1 - RATE, 0.5 + RATE, 2 - RATE};
    assertThat(values(weights, "w")).containsExactly(moved, within(TOLERANCE));
  }

  @Test
  void aRestoredOptimiserContinuesBitForBit() {
    Adam adam = torch.adam(weights, AdamConfig.of(0.9, 0.999));
    gradient(draw(1));
    adam.step(RATE);
    Map<String, Tensor> state = adam.state();
    Map<String, Tensor> before = weights.parameterValues();
    gradient(draw(2));
    adam.step(RATE);
    double[] expected = values(weights, "w");

    NetworkWeights others = torch.weights(graph);
    Adam another = torch.adam(others, AdamConfig.of(0.9, 0.999));
    others.set(before);
    another.restore(state);
    loss.differentiate(Map.of("x", Tensor.floats(new int[] {4}, draw(2))), others.learnt());
    another.step(RATE);

    assertThat(values(others, "w")).containsExactly(expected);
    assertThat(expected).isNotEqualTo(Objects.requireNonNull(before.get("w")).reals());
  }

  @Test
  void aStateOfAnotherNetworkIsRefused() {
    Adam adam = torch.adam(weights, AdamConfig.of(0.9, 0.999));
    Map<String, Tensor> state = new HashMap<>(adam.state());
    state.remove("second/w");

    assertThatThrownBy(() -> adam.restore(state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("second/w");
  }

  /** Two losses, of which the first leaves a parameter idle. */
  private static Graph twoLosses() {
    GraphBuilder g = new GraphBuilder();
    Value first =
        g.input("x", Shape.of(1)).times(g.parameter("w", Tensor.floats(new int[] {1}, 1)));
    g.output("loss", first.sum());
    g.output("later", first.times(g.parameter("idle", Tensor.floats(new int[] {1}, 3))).sum());
    return g.build();
  }

  @Test
  void aParameterLearnsFromTheFirstLossThatReachesIt() {
    NetworkWeights both = torch.weights(twoLosses());
    Adam adam = torch.adam(both, AdamConfig.of(0.9, 0.999));
    Map<String, Tensor> feeds = Map.of("x", Tensor.floats(new int[] {1}, 1));

    torch.compile(twoLosses().withOutputs(List.of("loss"))).differentiate(feeds, both.learnt());
    adam.step(RATE);

    assertThat(values(both, "idle")).containsExactly(3);
    assertThat(values(both, "w")).containsExactly(new double[] {1 - RATE}, within(TOLERANCE));

    torch.compile(twoLosses().withOutputs(List.of("later"))).differentiate(feeds, both.learnt());
    adam.step(RATE);

    assertThat(values(both, "idle")[0]).isLessThan(3);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void decaysOfMomentsLieBelowOne(double beta) {
    assertThatThrownBy(() -> AdamConfig.of(beta, 0.999)).hasMessageContaining("betas are " + beta);
    assertThatThrownBy(() -> AdamConfig.of(0.9, beta)).hasMessageContaining("in [0, 1)");
  }

  @Test
  void epsilonIsPositiveAndWeightDecayNotNegative() {
    assertThatThrownBy(() -> new AdamConfig(0.9, 0.999, 0, 0, false))
        .hasMessageContaining("epsilon is 0");
    assertThatThrownBy(() -> new AdamConfig(0.9, 0.999, 1e-8, -1, false))
        .hasMessageContaining("weight decay -1");
  }
}
