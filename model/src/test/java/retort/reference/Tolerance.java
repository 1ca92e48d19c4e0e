package retort.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import retort.graph.Tensor;

/**
 * How far results may be from references.
 *
 * @param relative the difference allowed, as a share of the largest value of the reference; of
 *     gradients, as a share of the Euclidean norm of a parameter's gradient
 */
public record Tolerance(double relative) {

  /** Asserts equal shapes, and values that differ by at most the share of the largest. */
  public void check(String what, @Nullable Tensor actual, Tensor expected) {
    Tensor result = Objects.requireNonNull(actual);
    assertThat(result.shape()).as("shape of " + what).isEqualTo(expected.shape());
    check(what, result.reals(), expected.reals());
  }

  /** Asserts values that differ by at most the share of the largest. */
  public void check(String what, double[] actual, double[] expected) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    }
    within("difference of " + what, difference, largest);
  }

  /**
   * Asserts gradients by what is recorded of each: its norm, its first values, its sum, and that a
   * gradient of norm 0, or one that is not recorded, is exactly 0.
   *
   * @param actual all gradients, by the name of the parameter
   * @param expected for each name an object with {@code l2}, {@code first8} and {@code sum}
   */
  public void checkGradients(Map<String, Tensor> actual, JsonObject expected) {
    assertThat(actual.keySet()).containsAll(expected.keySet());
    actual.forEach(
        (name, gradient) -> {
          double[] values = gradient.reals();
          JsonObject recorded = expected.getAsJsonObject(name);
          double l2 = recorded == null ? 0 : recorded.get("l2").getAsDouble();
          if (recorded == null || l2 == 0) {
            boolean zero = Arrays.stream(values).allMatch(x -> x == 0);
            assertThat(zero).as("the gradient of " + name + " is 0").isTrue();
          } else {
            checkGradient(name, values, recorded, l2);
          }
        });
  }

  private void checkGradient(String name, double[] values, JsonObject recorded, double l2) {
    double norm = Math.sqrt(Arrays.stream(values).map(x -> x * x).sum());
    within("norm of the gradient of " + name, Math.abs(norm - l2), l2);
    JsonArray first = recorded.getAsJsonArray("first8");
    for (int i = 0; i < first.size(); i++) {
      double difference = Math.abs(values[i] - first.get(i).getAsDouble());
      within("gradient " + i + " of " + name, difference, l2);
    }
    double sum = Arrays.stream(values).sum();
    within(
        "sum of the gradient of " + name,
        Math.abs(sum - recorded.get("sum").getAsDouble()),
        l2 * Math.sqrt(values.length));
  }

  private void within(String what, double difference, double scale) {
    assertThat(difference).as(what).isLessThanOrEqualTo(relative * scale);
  }
}
