package retort.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.graph.Attributes;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.GraphException;
import retort.graph.Interpreter;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;

class RealismHeadTest {
  private static List<String> weights(Graph head) {
    return head.parameters().entrySet().stream()
        .filter(entry -> entry.getValue().rank() == 4)
        .map(entry -> entry.getKey() + Arrays.toString(entry.getValue().shape()))
        .toList();
  }

  private static List<Attributes> attributes(Graph head, Operator operator) {
    return head.nodes().stream()
        .filter(node -> node.operator() == operator)
        .map(Node::attributes)
        .toList();
  }

  @Test
  void onEightByEightPlacesItIsThePublishedOne() {
    Graph head = new RealismHead(768, 8, 8).build(1);

    assertThat(weights(head))
        .containsExactly(
            "conv0.weight[768, 768, 4, 4]",
            "conv1.weight[768, 768, 4, 4]",
            "logit.weight[1, 768, 1, 1]");
    List<Attributes> windows = attributes(head, Operator.CONV);
    assertThat(windows.get(0).integers("strides")).containsExactly(2, 2);
    assertThat(windows.get(0).integers("pads")).containsExactly(1, 1, 1, 1);
    assertThat(windows.get(1).integers("strides")).containsExactly(4, 4);
    assertThat(windows.get(1).integers("pads")).containsExactly(0, 0, 0, 0);
    assertThat(attributes(head, Operator.GROUP_NORM))
        .allMatch(norm -> norm.integer("groups", 0) == 32)
        .hasSize(2);
  }

  @ParameterizedTest(name = "{0} x {1}")
  @CsvSource({
    "1, 1, 'conv0 1x1, conv1 1x1'",
    "2, 2, 'conv0 4x4, conv1 1x1'",
    "4, 4, 'conv0 4x4, conv1 2x2'",
    "7, 7, 'conv0 4x4, conv1 3x3'",
    "16, 16, 'conv0 4x4, conv1 4x4, conv2 4x4'",
    "1, 9, 'conv0 1x1, conv1 1x9'",
    "4, 12, 'conv0 4x4, conv1 4x4, conv2 1x3'",
  })
  void onOtherSizesItEndsAtOnePlaceToo(int height, int width, String convolutions) {
    Graph head = new RealismHead(8, height, width).build(1);

    List<String> windows =
        head.parameters().entrySet().stream()
            .filter(entry -> entry.getKey().matches("conv\\d\\.weight"))
            .map(
                entry ->
                    "%s %dx%d"
                        .formatted(
                            entry.getKey().substring(0, 5),
                            entry.getValue().dim(2),
                            entry.getValue().dim(3)))
            .toList();
    assertThat(String.join(", ", windows)).isEqualTo(convolutions);
    float[] features = new float[3 * 8 * height * width];
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) Math.sin(i);
    }
    Tensor input = Tensor.floats(new int[] {3, 8, height, width}, features);
    Tensor logit =
        Interpreter.run(head, Map.of(RealismHead.FEATURES, input)).get(RealismHead.LOGIT);
    assertThat(Objects.requireNonNull(logit).shape()).containsExactly(3);
    assertThat(logit.reals()).doesNotHaveDuplicates();
  }

  @ParameterizedTest(name = "{0} channels in {1} groups")
  @CsvSource({"1, 1", "3, 1", "64, 16", "36, 9", "100, 25", "132, 22", "256, 32"})
  void groupsDivideTheChannelsAndHaveAtLeastFour(int channels, int groups) {
    Graph head = new RealismHead(channels, 1, 1).build(1);

    assertThat(attributes(head, Operator.GROUP_NORM))
        .allMatch(norm -> norm.integer("groups", 0) == groups);
  }

  @Test
  void weightsAreUniformWithinTheInverseRootOfTheFan() {
    Map<String, Tensor> parameters = new RealismHead(16, 8, 8).build(5).parameters();

    for (String name : List.of("conv0.weight", "conv0.bias")) {
      double bound = 1 / Math.sqrt(16 * 4 * 4);
      double[] values = Objects.requireNonNull(parameters.get(name)).reals();
      double largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
      assertThat(largest).isBetween(0.8 * bound, bound);
    }
    Tensor other =
        Objects.requireNonNull(new RealismHead(16, 8, 8).build(6).parameters().get("conv0.bias"));
    assertThat(other.sameAs(Objects.requireNonNull(parameters.get("conv0.bias")))).isFalse();
  }

  @Test
  void featuresWithoutPlacesAreRefused() {
    GraphBuilder g = new GraphBuilder();

    assertThatThrownBy(() -> RealismHead.of(g.input("features", Shape.batch(64))))
        .isInstanceOf(GraphException.class)
        .hasMessage("the features are [N, 64] but a classifier reads a bottleneck, [N, C, H, W]");
  }
}
