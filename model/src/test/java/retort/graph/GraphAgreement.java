package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/** Holds the interpreter's results of two graphs against each other. */
public final class GraphAgreement {
  private GraphAgreement() {}

  /** Standard normal values, the same for the same seed. */
  public static Tensor normal(long seed, int... shape) {
    Random random = new Random(seed);
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.floats(shape, values);
  }

  /** Values for every real-valued input of a graph, for a batch of {@code n}. */
  public static Map<String, Tensor> feeds(Graph graph, int n) {
    Map<String, Tensor> feeds = new TreeMap<>();
    for (Graph.Input input : graph.inputs()) {
      feeds.put(input.name(), normal(input.name().hashCode(), input.shape().at(n)));
    }
    return feeds;
  }

  /** Asserts that both compute the same within {@code tolerance}, for batches of 1 and 3. */
  public static void assertAgree(Graph actual, Graph expected, double tolerance) {
    for (int n : new int[] {1, 3}) {
      Map<String, Tensor> feeds = feeds(expected, n);
      assertClose(Interpreter.run(actual, feeds), Interpreter.run(expected, feeds), tolerance);
    }
  }

  /** Asserts equal names and shapes, and values within {@code tolerance} of the largest. */
  public static void assertClose(
      Map<String, Tensor> actual, Map<String, Tensor> expected, double tolerance) {
    assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          Tensor other = Objects.requireNonNull(actual.get(name));
          assertThat(other.shape()).as("shape of " + name).isEqualTo(tensor.shape());
          double[] a = other.reals();
          double[] b = tensor.reals();
          double scale = 0;
          double difference = 0;
          for (int i = 0; i < a.length; i++) {
            scale = Math.max(scale, Math.abs(b[i]));
            difference = Math.max(difference, Math.abs(a[i] - b[i]));
          }
          assertThat(difference).as("difference of " + name).isLessThanOrEqualTo(tolerance * scale);
        });
  }
}
