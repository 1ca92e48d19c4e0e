package retort.trainer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;

class MovingAverageTest {
  private final Torch torch = Torch.open(1, Layout.CHANNELS_LAST);
  private final Graph start = start();
  private final NetworkWeights weights = torch.weights(start);
  private final MovingAverage average = torch.average(weights, start);

  /** {@code w x + b} with w = (1, 2), which is learnt, and b = 7, which is not. */
  private static Graph start() {
    GraphBuilder g = new GraphBuilder();
    Value w = g.parameter("w", Tensor.floats(new int[] {1, 2, 1, 1}, 1, 2));
    Value b = g.buffer("b", Tensor.floats(new int[] {1}, 7));
    g.output("y", g.input("x", Shape.batch(2, 1, 1)).times(w).plus(b));
    return g.build();
  }

  @BeforeEach
  void learn() {
    weights.set(Map.of("w", Tensor.floats(new int[] {1, 2, 1, 1}, 5, -2)));
  }

  @AfterEach
  void close() {
    torch.close();
  }

  private static double[] w(NetworkWeights of) {
    return Objects.requireNonNull(of.parameterValues().get("w")).reals();
  }

  @Test
  void anAverageBeginsWithTheFirstWeights() {
    assertThat(w(average.averages())).containsExactly(1, 2);
    assertThat(average.averages().parameterValues()).containsOnlyKeys("w");
  }

  @Test
  void betaIsTheShareThatStays() {
    average.update(0.75);

    assertThat(w(average.averages())).containsExactly(new double[] {2, 1}, within(1e-6));
    assertThat(w(weights)).containsExactly(5, -2);
  }

  @Test
  void betaZeroCopiesExactly() {
    average.update(0);

    assertThat(w(average.averages())).containsExactly(5, -2);
  }

  @Test
  void aProgramSeesTheAverageAsItMoves() {
    Program program = torch.compile(start);
    Map<String, Tensor> ones = Map.of("x", Tensor.floats(new int[] {1, 2, 1, 1}, 1, 1));
    WeightView view = average.averages().frozen();

    double[] before = Objects.requireNonNull(program.compute(ones, view).get("y")).reals();
    average.update(0.75);
    double[] after = Objects.requireNonNull(program.compute(ones, view).get("y")).reals();

    assertThat(before).containsExactly(8, 9);
    assertThat(after).containsExactly(new double[] {9, 8}, within(1e-6));
  }
}
