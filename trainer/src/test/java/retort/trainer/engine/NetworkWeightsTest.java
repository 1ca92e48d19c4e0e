package retort.trainer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;

class NetworkWeightsTest {

  /** {@code sum(conv(x, w) + b)}, whose values tell every weight from every other. */
  private static Graph network() {
    GraphBuilder g = new GraphBuilder();
    Value w = g.parameter("w", counting(1, 2, 3, 3, 3));
    Value b = g.parameter("b", counting(7, 2));
    g.output("loss", g.input("x", Shape.batch(3, 4, 4)).conv(w, b).sum());
    return g.build();
  }

  private static Tensor counting(int from, int... shape) {
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = from + i;
    }
    return Tensor.floats(shape, values);
  }

  private static double loss(Program program, WeightView weights) {
    Map<String, Tensor> ones = Map.of("x", counting(1, 1, 3, 4, 4));
    return Objects.requireNonNull(program.compute(ones, weights).get("loss")).reals()[0];
  }

  @ParameterizedTest
  @EnumSource
  void bothViewsSeeWhatIsSet(Layout layout) {
    try (Torch torch = Torch.open(1, layout)) {
      NetworkWeights weights = torch.weights(network());
      Program program = torch.compile(network());
      double before = loss(program, weights.learnt());

      weights.set(Map.of("w", counting(100, 2, 3, 3, 3), "b", counting(50, 2)));

      Map<String, Tensor> values = weights.parameterValues();
      assertThat(Objects.requireNonNull(values.get("w")).sameAs(counting(100, 2, 3, 3, 3)))
          .isTrue();
      assertThat(Objects.requireNonNull(values.get("b")).sameAs(counting(50, 2))).isTrue();
      assertThat(loss(program, weights.learnt()))
          .isEqualTo(loss(program, weights.frozen()))
          .isGreaterThan(2 * before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theFrozenViewFollowsWhatIsLearnt(Layout layout) {
    try (Torch torch = Torch.open(1, layout)) {
      NetworkWeights weights = torch.weights(network());
      Program program = torch.compile(network());
      Adam adam = torch.adam(weights, AdamConfig.of(0, 0.999));
      double before = loss(program, weights.frozen());

      program.differentiate(Map.of("x", counting(1, 1, 3, 4, 4)), weights.learnt());
      adam.step(0.5);

      assertThat(loss(program, weights.frozen()))
          .isEqualTo(loss(program, weights.learnt()))
          .isLessThan(before);
    }
  }

  @Test
  void weightsOfAnotherNetworkAreRefused() {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights weights = torch.weights(network());

      assertThatThrownBy(() -> weights.set(Map.of("w", counting(1, 2, 3, 3, 3), "c", counting(1))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("they differ in [b, c]");
      assertThatThrownBy(
              () -> weights.set(Map.of("w", counting(1, 2, 3, 3, 3), "b", counting(1, 3))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a value is FLOAT32[3] but its place is (2)");
    }
  }
}
