package retort.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.graph.Graph;
import retort.graph.GraphException;
import retort.graph.Interpreter;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;

class SongUNetTest {

  private static SongUNet small(int resolution, List<Integer> mult, Set<Integer> attention) {
    return SongUNet.ddpmpp(resolution, 1, 2, 9, 8, mult, 2, 1, attention, 0.1);
  }

  @Test
  void theTeachersOfCifar10HaveAsManyParametersAsPublished() {
    // The conditional network has map_label besides: 10 x 128 weights and 128 biases.
    assertThat(SongUNet.cifar10(0).build(new ShapesOnly()).parameterCount()).isEqualTo(55_733_891);
    assertThat(SongUNet.cifar10(10).build(new ShapesOnly()).parameterCount()).isEqualTo(55_735_299);
  }

  @Test
  void theTeacherOfFacesHasAsManyParametersAsPublished() {
    List<Integer> mult = List.of(1, 2, 2, 2);
    SongUNet ffhq = SongUNet.ddpmpp(64, 3, 0, 9, 128, mult, 4, 4, Set.of(16), 0.05);

    assertThat(ffhq.build(new ShapesOnly()).parameterCount()).isEqualTo(61_805_571);
  }

  @Test
  void weightsHaveTheNamesOfThePublishedCheckpoints() {
    Graph graph = small(8, List.of(1, 2), Set.of(4)).build(0);

    Set<String> names = graph.parameters().keySet();

    assertThat(names)
        .contains(
            "map_label.weight",
            "map_label.bias",
            "map_augment.weight",
            "map_layer0.weight",
            "map_layer1.bias",
            "enc.8x8_conv.weight",
            "enc.8x8_block0.norm0.weight",
            "enc.8x8_block0.affine.bias",
            "enc.4x4_down.conv0.weight",
            "enc.4x4_down.skip.weight",
            "enc.4x4_block0.qkv.weight",
            "enc.4x4_block0.proj.bias",
            "dec.4x4_in0.qkv.weight",
            "dec.4x4_in1.conv1.weight",
            "dec.4x4_block1.norm2.weight",
            "dec.8x8_up.skip.bias",
            "dec.8x8_block1.skip.weight",
            "dec.8x8_aux_norm.weight",
            "dec.8x8_aux_conv.bias")
        .doesNotContain("map_augment.bias", "dec.4x4_block0.qkv.weight", "dec.4x4_in1.qkv.weight");
  }

  @Test
  void theMiddleAttendsWhateverTheResolutions() {
    Graph graph = small(8, List.of(1), Set.of()).build(0);

    assertThat(graph.nodes().stream().filter(n -> n.operator() == Operator.ATTENTION)).hasSize(1);
    assertThat(graph.parameters()).containsKey("dec.8x8_in0.qkv.weight");
  }

  @Test
  void everyBlockDropsOutOnce() {
    Graph graph = small(8, List.of(1, 1), Set.of()).build(0);

    // Encoder: a block, a down and a block; decoder: in0, in1, an up and two blocks a level.
    assertThat(graph.nodes().stream().filter(n -> n.operator() == Operator.DROPOUT)).hasSize(10);
  }

  @Test
  void theSeedDecidesTheFirstWeights() {
    SongUNet network = small(8, List.of(1), Set.of());

    Tensor weight = weight(network.build(1), "enc.8x8_conv.weight");

    assertThat(weight.sameAs(weight(network.build(1), "enc.8x8_conv.weight"))).isTrue();
    assertThat(weight.sameAs(weight(network.build(2), "enc.8x8_conv.weight"))).isFalse();
    // Glorot's bound for 1 and 8 channels under a 3x3 window.
    assertThat(Arrays.stream(weight.reals())).allMatch(w -> Math.abs(w) <= Math.sqrt(6.0 / 81));
  }

  private static Tensor weight(Graph graph, String name) {
    return Objects.requireNonNull(graph.parameters().get(name));
  }

  @Test
  void theEmbeddingBeginsWithSinesAndEndsWithCosines() {
    Graph graph = small(8, List.of(1), Set.of()).build(0);

    List<String> joined = first(graph, Operator.CONCAT).inputs();

    assertThat(joined)
        .containsExactly(
            first(graph, Operator.SIN).outputs().get(0),
            first(graph, Operator.COS).outputs().get(0));
  }

  private static Node first(Graph graph, Operator operator) {
    return graph.nodes().stream().filter(n -> n.operator() == operator).findFirst().orElseThrow();
  }

  @Test
  void theResultHasTheImagesShapeAndDependsOnTheLabel() {
    Graph graph = small(4, List.of(1), Set.of()).build(0);
    Map<String, Tensor> feeds =
        Map.of(
            "x", filled(0.5, 2, 1, 4, 4),
            "noise", filled(0.3, 2),
            "label", Tensor.floats(new int[] {2, 2}, 1, 0, 0, 1),
            "augment", filled(0, 2, 9));

    Tensor f = Objects.requireNonNull(Interpreter.run(graph, feeds).get("f"));

    // The last convolution starts as nearly zero, which leaves results around 1e-5.
    assertThat(f.shape()).containsExactly(2, 1, 4, 4);
    assertThat(Arrays.stream(f.reals())).allMatch(v -> Math.abs(v) < 1e-2);
    assertThat(f.reals()[5]).isNotEqualTo(f.reals()[16 + 5]);
  }

  private static Tensor filled(double value, int... shape) {
    float[] values = new float[Tensor.elements(shape)];
    Arrays.fill(values, (float) value);
    return Tensor.floats(shape, values);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 8, 4, 1, 0.1, image channels is 0",
    "1, 7, 4, 1, 0.1, model channels is 7",
    "1, 2, 4, 1, 0.1, model channels is 2",
    "1, 0, 4, 1, 0.1, model channels is 0",
    "1, 8, 0, 1, 0.1, the embedding's multiplier is 0",
    "1, 8, -1, 1, 0.1, the embedding's multiplier is -1",
    "1, 8, 4, 0, 0.1, blocks a level is 0",
    "1, 8, 4, 1, 1.0, dropout is 1.0",
    "1, 8, 4, 1, NaN, dropout is NaN"
  })
  void numbersThatGiveNoNetworkAreRefused(
      int imageChannels, int channels, int embedding, int blocks, double dropout, String message) {
    List<Integer> mult = List.of(1);

    assertThatThrownBy(
            () ->
                SongUNet.ddpmpp(
                    8, imageChannels, 0, 0, channels, mult, embedding, blocks, Set.of(), dropout))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageContaining("should be");
  }

  @Test
  void widthsThatNoGroupsShareAreRefused() {
    SongUNet network = SongUNet.ddpmpp(8, 1, 0, 0, 6, List.of(1, 2), 2, 1, Set.of(), 0.1);

    assertThatThrownBy(() -> network.build(0))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith(
            "dec.4x4_block1.norm0 cannot normalise 18 channels in 4 equal groups: choose model"
                + " channels that are a multiple of 4");
  }

  @Test
  void levelsThatTheResolutionCannotHalveAreRefused() {
    assertThatThrownBy(() -> small(6, List.of(1, 1, 1), Set.of()))
        .hasMessageStartingWith("resolution is 6 but should be a multiple of 4");
    assertThatThrownBy(() -> small(8, List.of(), Set.of()))
        .hasMessageContaining("at least one level");
    assertThatThrownBy(() -> small(8, List.of(1, 0), Set.of()))
        .hasMessage("a channel multiplier is 0 but should be at least 1");
  }
}
