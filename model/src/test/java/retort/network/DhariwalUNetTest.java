package retort.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import retort.graph.Graph;
import retort.graph.GraphException;
import retort.graph.Tensor;

class DhariwalUNetTest {

  private static DhariwalUNet small(int modelChannels, List<Integer> mult) {
    return new DhariwalUNet(
        new UNetPlan(8, 1, 1, 2, 9, modelChannels, mult, 2, 1, Set.of(8, 4), 0.1, 0));
  }

  @Test
  void theTeacherOfImageNetHasTheTensorsOfThePublishedOne() {
    Graph graph = DhariwalUNet.imageNet64().build(new ShapesOnly());

    assertThat(graph.parameterCount()).isEqualTo(295_899_267);
    // The published dictionary has 553 tensors, 12 of which are filters that follow from the plan.
    assertThat(graph.parameters()).hasSize(553 - 12);
    assertThat(shape(graph, "enc.64x64_conv.weight")).containsExactly(192, 3, 3, 3);
    assertThat(shape(graph, "map_label.weight")).containsExactly(768, 1000);
    assertThat(shape(graph, "enc.32x32_block0.affine.weight")).containsExactly(768, 768);
    assertThat(shape(graph, "dec.8x8_block3.conv0.weight")).containsExactly(768, 1344, 3, 3);
    assertThat(shape(graph, "dec.64x64_block0.skip.weight")).containsExactly(192, 576, 1, 1);
    assertThat(graph.parameters())
        .containsKeys("enc.32x32_block0.qkv.bias", "dec.8x8_in0.proj.weight", "out_norm.weight")
        .containsKeys("dec.16x16_up.conv0.bias", "dec.32x32_block0.norm2.bias", "out_conv.bias")
        .doesNotContainKeys("map_label.bias", "map_augment.weight", "enc.32x32_down.skip.weight")
        .doesNotContainKeys("enc.64x64_block0.qkv.weight", "dec.8x8_in1.qkv.weight");
  }

  private static int[] shape(Graph graph, String name) {
    return Objects.requireNonNull(graph.parameters().get(name), name).shape();
  }

  @Test
  void publishedArgumentsDefaultToImageNet64() {
    Map<String, Object> arguments =
        Map.of("img_resolution", 64, "in_channels", 3, "out_channels", 3, "label_dim", 1000);

    assertThat(DhariwalUNet.of(new Arguments(arguments))).isEqualTo(DhariwalUNet.imageNet64());
  }

  @Test
  void attentionWithTooFewChannelsForAHeadIsLeftOut() {
    Graph graph = small(32, List.of(1, 2)).build(new ShapesOnly());

    assertThat(graph.parameters())
        .containsKeys("enc.4x4_block0.qkv.weight", "dec.4x4_block1.qkv.weight")
        .doesNotContainKeys("enc.8x8_block0.qkv.weight", "dec.8x8_block0.qkv.weight");
  }

  @Test
  void headsThatDoNotShareTheChannelsAreRefused() {
    // 480 / 64 is 7 and a half.
    DhariwalUNet network = small(16, List.of(30));

    assertThatThrownBy(() -> network.build(new ShapesOnly()))
        .isInstanceOf(GraphException.class)
        .hasMessage("enc.8x8_block0: 7 attention heads do not share 480 channels evenly");
  }

  @Test
  void aFreshNetworkStartsAsNothingButIsAwakeWithin() {
    Graph graph = small(64, List.of(1)).build(7);

    // He's bound, a third of the variance: 1 / sqrt(64 * 9) for weights and biases.
    assertThat(values(graph, "enc.8x8_block0.conv0.weight"))
        .anyMatch(w -> Math.abs(w) > 0.9 / 24)
        .allMatch(w -> Math.abs(w) <= 1 / 24.0);
    assertThat(values(graph, "enc.8x8_block0.conv0.bias"))
        .anyMatch(b -> Math.abs(b) > 0.5 / 24)
        .allMatch(b -> Math.abs(b) <= 1 / 24.0);
    assertThat(values(graph, "enc.8x8_block0.conv1.weight")).containsOnly(0.0);
    assertThat(values(graph, "enc.8x8_block0.proj.bias")).containsOnly(0.0);
    assertThat(values(graph, "map_augment.weight")).containsOnly(0.0);
    assertThat(values(graph, "out_conv.weight")).containsOnly(0.0);
    double variance =
        values(graph, "map_label.weight").stream().mapToDouble(w -> w * w).average().orElse(0);
    assertThat(variance).isBetween(0.7, 1.3);
  }

  private static List<Double> values(Graph graph, String name) {
    Tensor tensor = Objects.requireNonNull(graph.parameters().get(name), name);
    return Arrays.stream(tensor.reals()).boxed().toList();
  }
}
