package retort.network.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.GraphException;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;

class TrunkTest {

  static Stream<Arguments> trunks() {
    return Stream.of(
        Arguments.of(Trunk.VGG16, 14714688, 16, List.of(64, 128, 256, 512, 512)),
        Arguments.of(Trunk.ALEXNET, 2469696, 31, List.of(64, 192, 384, 256, 256)),
        Arguments.of(Trunk.SQUEEZENET_1_0, 735424, 29, List.of(96, 128, 256, 384, 384, 512, 512)),
        Arguments.of(Trunk.SQUEEZENET_1_1, 722496, 25, List.of(64, 128, 256, 384, 384, 512, 512)));
  }

  @ParameterizedTest
  @MethodSource("trunks")
  void itHasThePublishedParametersAndTaps(
      Trunk trunk, long parameters, int smallest, List<Integer> channels) {
    DrawnTensors drawn = new DrawnTensors();
    Graph graph = new TrunkFeatures(trunk).build(drawn);

    assertThat(graph.parameterCount()).isEqualTo(parameters);
    assertThat(trunk.channels()).isEqualTo(channels);
    assertThat(PublishedFeatures.recognise(drawn.tensors())).contains(new TrunkFeatures(trunk));
  }

  @ParameterizedTest
  @MethodSource("trunks")
  void imagesBelowTheSmallestAreRefusedAndWouldNotFit(
      Trunk trunk, long parameters, int smallest, List<Integer> channels) {
    TrunkFeatures features = new TrunkFeatures(trunk);

    assertThat(features.sized(smallest, smallest).build(new DrawnTensors()).outputs())
        .containsExactly("features");
    assertThatThrownBy(() -> features.sized(smallest - 1, 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs at least " + smallest + "x" + smallest);
    GraphBuilder g = new GraphBuilder();
    FeatureLayers layers = new FeatureLayers(g, new DrawnTensors());
    assertThatThrownBy(
            () -> trunk.taps(layers, g.input("x", Shape.batch(3, smallest - 1, smallest - 1))))
        .isInstanceOf(GraphException.class);
  }

  @Test
  void featuresAreMeansOfTheLastTap() {
    DrawnTensors drawn = new DrawnTensors();
    Graph graph = new TrunkFeatures(Trunk.SQUEEZENET_1_1, 25, 25).build(drawn);

    Map<String, Tensor> results =
        Interpreter.run(graph, Map.of("image", DrawnTensors.images(1, 2, 25, 25)));

    Tensor features = Objects.requireNonNull(results.get("features"));
    assertThat(features.shape()).containsExactly(2, 512);
    assertThat(Arrays.stream(features.reals()).min().orElseThrow()).isNotNegative();
  }

  @Test
  void theClassifierBehindDoesNotCount() {
    DrawnTensors drawn = new DrawnTensors();
    TrunkFeatures features = new TrunkFeatures(Trunk.ALEXNET);
    features.build(drawn);
    drawn.tensors().put("classifier.6.bias", Tensor.floats(new int[] {1}, 0));

    assertThat(features.load(drawn.tensors()).parameterCount()).isEqualTo(2469696);

    drawn.tensors().put("features.10.extra", Tensor.floats(new int[] {1}, 0));
    assertThatThrownBy(() -> features.load(drawn.tensors()))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("no place for 1 tensor: features.10.extra");
  }

  @Test
  void deeperRelativesAreNotTaken() {
    DrawnTensors vgg = new DrawnTensors();
    new TrunkFeatures(Trunk.VGG16).build(vgg);
    vgg.tensors().put("features.34.weight", Tensor.floats(new int[] {1}, 0));

    assertThat(PublishedFeatures.recognise(vgg.tensors())).isEmpty();
  }
}
