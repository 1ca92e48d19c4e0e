package retort.trainer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.network.SongUNet;
import retort.network.UNetPlan;
import retort.noise.GaussianNoise;

class ProgramTest {
  /** Sums of float32 in another order, relative to the largest value. */
  private static final double ROUNDING = 1e-5;

  private static final Map<String, Tensor> ROW =
      Map.of("x", Tensor.floats(new int[] {1, 3}, 1, 2, 4));

  private final Torch torch = Torch.open(1, Layout.CONTIGUOUS);

  @AfterEach
  void close() {
    torch.close();
  }

  /** {@code sum(fake/a * generator/a * x)}: two networks, one after the other. */
  private static Graph chain() {
    GraphBuilder g = new GraphBuilder();
    Value h =
        g.input("x", Shape.batch(3))
            .times(g.parameter("generator/a", Tensor.floats(new int[] {1}, 2)));
    g.output("loss", h.times(g.parameter("fake/a", Tensor.floats(new int[] {1}, 3))).sum());
    return g.build();
  }

  private static Graph factor(float value) {
    GraphBuilder g = new GraphBuilder();
    Value a = g.parameter("a", Tensor.floats(new int[] {1}, value));
    g.output("y", g.input("x", Shape.batch(3)).times(a));
    return g.build();
  }

  private static double gradient(NetworkWeights weights) {
    return Objects.requireNonNull(weights.gradientValues().get("a")).reals()[0];
  }

  @Test
  void frozenFakeScoreKeepsNoGradient() {
    NetworkWeights generator = torch.weights(factor(2));
    NetworkWeights fakeScore = torch.weights(factor(3));
    Program program = torch.compile(chain());

    program.differentiate(
        ROW,
        WeightView.scoped(Map.of("generator/", generator.learnt(), "fake/", fakeScore.frozen())));

    assertThat(gradient(generator)).isEqualTo(21);
    assertThat(gradient(fakeScore)).isZero();
  }

  @Test
  void whatWasFrozenOnceLearnsTheNextTime() {
    NetworkWeights generator = torch.weights(factor(2));
    NetworkWeights fakeScore = torch.weights(factor(3));
    Program program = torch.compile(chain());
    program.differentiate(
        ROW,
        WeightView.scoped(Map.of("generator/", generator.learnt(), "fake/", fakeScore.frozen())));

    program.differentiate(
        ROW,
        WeightView.scoped(Map.of("generator/", generator.frozen(), "fake/", fakeScore.learnt())));

    assertThat(gradient(generator)).isEqualTo(21);
    assertThat(gradient(fakeScore)).isEqualTo(14);
  }

  @Test
  void computingLeavesNoGradient() {
    NetworkWeights weights = torch.weights(factor(2));

    torch.compile(factor(2)).compute(ROW, weights.learnt());

    assertThat(gradient(weights)).isZero();
  }

  /** A small U-Net, its layers awake, with a scalar loss before its result. */
  private static Graph unet(double dropout) {
    Graph network = SongUNet.ddpmpp(8, 1, 2, 0, 8, List.of(1), 1, 1, Set.of(8), dropout).build(5);
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments = new HashMap<>();
    network.inputs().forEach(i -> arguments.put(i.name(), g.input(i.name(), i.shape())));
    Value f = Objects.requireNonNull(g.call(awake(network), "", arguments).get("f"));
    g.output("loss", f.squared().sum());
    g.output("f", f);
    return g.build();
  }

  private static Graph awake(Graph network) {
    Map<String, Tensor> awake = new HashMap<>();
    network
        .parameters()
        .forEach((name, value) -> awake.put(name, normal(name.hashCode(), 0.2f, value.shape())));
    return network.withWeights(awake);
  }

  private static Tensor normal(int stream, float scale, int... shape) {
    float[] values = new float[Tensor.elements(shape)];
    new GaussianNoise(3, stream).fill(values, 0, values.length, 0);
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
    return Tensor.floats(shape, values);
  }

  /** Some of four images with their noise levels and labels. */
  private static Map<String, Tensor> feeds(int first, int count) {
    return Map.of(
        "x", rows(normal(1, 1, 4, 1, 8, 8), first, count),
        "noise", rows(Tensor.floats(new int[] {4}, -1, -0.5f, 0, 0.5f), first, count),
        "label", rows(Tensor.floats(new int[] {4, 2}, 1, 0, 0, 1, 1, 0, 0, 0), first, count));
  }

  private static Tensor rows(Tensor tensor, int first, int count) {
    int[] shape = tensor.shape();
    int size = tensor.elements() / shape[0];
    shape[0] = count;
    return Tensor.floats(
        shape, Arrays.copyOfRange(tensor.floats(), first * size, (first + count) * size));
  }

  private static void assertClose(Map<String, Tensor> actual, Map<String, Tensor> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          double[] other = Objects.requireNonNull(actual.get(name)).reals();
          double largest = Arrays.stream(tensor.reals()).map(Math::abs).max().orElse(0);
          for (int i = 0; i < other.length; i++) {
            assertThat(Math.abs(other[i] - tensor.reals()[i]))
                .as(name)
                .isLessThanOrEqualTo(ROUNDING * Math.max(1, largest));
          }
        });
  }

  @Test
  void gradientsOfMicroBatchesAddUpToThoseOfTheBatch() {
    Graph graph = unet(0);
    Program program = torch.compile(graph);
    NetworkWeights whole = torch.weights(graph);
    NetworkWeights parts = torch.weights(graph);

    program.differentiate(feeds(0, 4), whole.learnt());
    program.differentiate(feeds(0, 3), parts.learnt());
    program.differentiate(feeds(3, 1), parts.learnt());

    assertClose(parts.gradientValues(), whole.gradientValues());
  }

  @Test
  void bothLayoutsAgree() {
    Graph graph = unet(0);
    NetworkWeights weights = torch.weights(graph);
    Map<String, Tensor> expected =
        torch.compile(graph).differentiate(feeds(0, 4), weights.learnt());

    try (Torch other = Torch.open(1, Layout.CHANNELS_LAST)) {
      NetworkWeights same = other.weights(graph);
      Map<String, Tensor> actual = other.compile(graph).differentiate(feeds(0, 4), same.learnt());

      assertClose(actual, expected);
      assertClose(same.gradientValues(), weights.gradientValues());
    }
  }

  @Test
  void labelDropoutZeroesTheLabelsOfSomeImages() {
    UNetPlan plan = new UNetPlan(4, 1, 1, 3, 0, 8, List.of(1), 1, 1, Set.of(), 0, 0.5);
    Graph network = awake(SongUNet.ddpmpp(plan).build(5)).withOutputs(List.of("f"));
    int n = 32;
    Map<String, Tensor> feeds = new HashMap<>();
    feeds.put("x", Tensor.floats(new int[] {n, 1, 4, 4}, new float[16 * n]));
    feeds.put("noise", Tensor.floats(new int[] {n}, new float[n]));
    feeds.put("label", Tensor.floats(new int[] {n, 3}, new float[3 * n]));
    float[] without = results(DropoutRemoval.remove(network), feeds);
    float[] label = new float[3 * n];
    Arrays.fill(label, 0.7f);
    feeds.put("label", Tensor.floats(new int[] {n, 3}, label));
    float[] with = results(DropoutRemoval.remove(network), feeds);

    float[] trained = results(network, feeds);

    int dropped = 0;
    for (int i = 0; i < n; i++) {
      float[] image = Arrays.copyOfRange(trained, 16 * i, 16 * (i + 1));
      boolean isDropped = Math.abs(image[5] - without[5]) < Math.abs(image[5] - with[5]);
      dropped += isDropped ? 1 : 0;
      assertThat(image)
          .containsExactly(Arrays.copyOf(isDropped ? without : with, 16), offset(1e-4f));
    }
    assertThat(dropped).isBetween(n / 8, n - n / 8);
  }

  private float[] results(Graph network, Map<String, Tensor> feeds) {
    return Objects.requireNonNull(
            torch.compile(network).compute(feeds, torch.weights(network).frozen()).get("f"))
        .floats();
  }

  @Test
  void oneSeedDrawsOneDropoutMask() {
    Graph graph = unet(0.5);
    Program program = torch.compile(graph);
    WeightView weights = torch.weights(graph).frozen();

    double[] first = results(program, weights, 1);

    assertThat(results(program, weights, 1)).containsExactly(first);
    assertThat(results(program, weights, 2)).isNotEqualTo(first);
    assertThat(results(program, weights, 1)).containsExactly(first);
  }

  private double[] results(Program program, WeightView weights, long seed) {
    torch.seed(seed);
    return Objects.requireNonNull(program.compute(feeds(0, 4), weights).get("f")).reals();
  }

  @Test
  void whatIsMissingIsNamed() {
    Program program = torch.compile(chain());
    WeightView generator = torch.weights(factor(2)).learnt();
    WeightView scoped = WeightView.scoped(Map.of("generator/", generator));

    assertThatThrownBy(() -> program.compute(Map.of(), generator))
        .hasMessage("no tensor is given for input 'x'");
    assertThatThrownBy(() -> program.compute(ROW, generator))
        .hasMessageStartingWith("the network has no weight '");
    assertThatThrownBy(() -> program.compute(ROW, scoped))
        .hasMessage("no network is given for weight 'fake/a'");
  }

  @Test
  void anotherThreadIsRefused() {
    WeightView weights = torch.weights(factor(2)).frozen();
    Program program = torch.compile(factor(2));

    CompletableFuture<Map<String, Tensor>> elsewhere =
        CompletableFuture.supplyAsync(() -> program.compute(ROW, weights));

    assertThatThrownBy(elsewhere::join)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the engine belongs to");
  }
}
