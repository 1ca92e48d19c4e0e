package retort.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphAgreement;
import retort.graph.GraphBuilder;
import retort.graph.GraphException;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Projection;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.graph.Weight;

class Edm2UNetTest {
  /** Weights of the right shapes without any numbers. */
  private static final WeightSource SHAPES =
      (name, shape, initial) ->
          Tensor.stored(
              DataType.FLOAT32,
              shape,
              () -> {
                throw new AssertionError("building reads the values of " + name);
              });

  private static Edm2UNet small(Map<String, ?> changed) {
    Map<String, Object> arguments =
        new HashMap<>(
            Map.of(
                "img_resolution", 8,
                "img_channels", 1,
                "label_dim", 2,
                "model_channels", 4,
                "channel_mult", List.of(1, 2),
                "num_blocks", 1,
                "attn_resolutions", List.of(4),
                "channels_per_head", 4));
    arguments.putAll(changed);
    return Edm2UNet.of(new Arguments(arguments));
  }

  @ParameterizedTest(name = "{0} channels: {1} million")
  @CsvSource({"128, 124.7", "192, 280.2", "256, 497.8"})
  void theTeachersOfImageNetHaveAsManyParametersAsPublished(int channels, double millions) {
    Arguments arguments =
        new Arguments(
            Map.of(
                "img_resolution", 64,
                "img_channels", 4,
                "label_dim", 1000,
                "model_channels", channels));

    Graph network = Edm2UNet.of(arguments).build(SHAPES);
    Graph head = Edm2LogVariance.of(arguments).build(SHAPES);

    double count = network.parameterCount() + head.parameterCount();
    assertThat(Math.round(count / 1e5) / 10.0).isEqualTo(millions);
    assertThat(tensors(network) + tensors(head)).isEqualTo(203);
    assertThat(arguments.unread()).isEmpty();
  }

  /** How many tensors a state dictionary has. */
  private static long tensors(Graph graph) {
    return graph.weights().values().stream()
        .filter(weight -> weight.role() != Weight.Role.CONSTANT)
        .count();
  }

  @Test
  void weightsHaveTheNamesOfThePublishedCheckpoints() {
    Graph graph = small(Map.of()).build(0);

    assertThat(graph.parameters().keySet())
        .contains(
            "out_gain",
            "emb_noise.weight",
            "emb_label.weight",
            "enc.8x8_conv.weight",
            "enc.8x8_block0.emb_gain",
            "enc.8x8_block0.conv_res0.weight",
            "enc.8x8_block0.emb_linear.weight",
            "enc.8x8_block0.conv_res1.weight",
            "enc.4x4_down.conv_res0.weight",
            "enc.4x4_block0.conv_skip.weight",
            "enc.4x4_block0.attn_qkv.weight",
            "dec.4x4_in0.attn_proj.weight",
            "dec.4x4_in1.conv_res1.weight",
            "dec.4x4_block1.attn_qkv.weight",
            "dec.8x8_up.emb_gain",
            "dec.8x8_block1.conv_skip.weight",
            "out_conv.weight")
        .doesNotContain(
            "enc.4x4_down.conv_skip.weight",
            "enc.8x8_block0.conv_skip.weight",
            "dec.4x4_in1.attn_qkv.weight",
            "dec.8x8_block0.attn_qkv.weight");
    assertThat(graph.weights()).containsKeys("emb_fourier.freqs", "emb_fourier.phases");
    assertThat(graph.parameters()).doesNotContainKeys("emb_fourier.freqs");
  }

  @Test
  void everyLayerAndNoGainIsKeptAtUnitMagnitude() {
    Graph graph = small(Map.of()).build(0);

    graph
        .parameters()
        .keySet()
        .forEach(
            name -> {
              Projection expected =
                  name.endsWith(".weight") ? Projection.UNIT_FILTERS : Projection.NONE;
              assertThat(Objects.requireNonNull(graph.weights().get(name)).projection())
                  .as(name)
                  .isEqualTo(expected);
            });
  }

  @Test
  void layersWithFewerChannelsThanAHeadDoNotAttend() {
    Graph graph = small(Map.of("channels_per_head", 16)).build(0);

    assertThat(graph.nodes()).noneMatch(node -> node.operator() == Operator.ATTENTION);
  }

  @Test
  void activationsAreClippedUnlessTheFileSaysNone() {
    Map<String, Object> none = new HashMap<>();
    none.put("clip_act", null);

    assertThat(small(Map.of()).block().clipAct()).isEqualTo(256);
    assertThat(small(Map.of("clip_act", 8)).block().clipAct()).isEqualTo(8);
    assertThat(small(none).build(0).nodes()).noneMatch(node -> node.operator() == Operator.CLIP);
  }

  @Test
  void theSeedDecidesTheFirstWeights() {
    Tensor weight = weight(small(Map.of()).build(1), "enc.4x4_block0.attn_qkv.weight");

    assertThat(weight.sameAs(weight(small(Map.of()).build(1), "enc.4x4_block0.attn_qkv.weight")))
        .isTrue();
    assertThat(weight.sameAs(weight(small(Map.of()).build(2), "enc.4x4_block0.attn_qkv.weight")))
        .isFalse();
    double square = Arrays.stream(weight.reals()).map(w -> w * w).average().orElseThrow();
    assertThat(square).isBetween(0.7, 1.3);
  }

  private static Tensor weight(Graph graph, String name) {
    return Objects.requireNonNull(graph.parameters().get(name));
  }

  @Test
  void normalizedPixelsHaveUnitMagnitude() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(5, 2, 3));
    g.output("y", MagnitudePreserving.normalize(x, 1, 5));
    Tensor image = GraphAgreement.normal(1, 2, 5, 2, 3);

    double[] y = values(g.build(), Map.of("x", image));

    for (int n = 0; n < 2; n++) {
      for (int pixel = 0; pixel < 6; pixel++) {
        double squares = 0;
        for (int c = 0; c < 5; c++) {
          double value = y[(n * 5 + c) * 6 + pixel];
          squares += value * value;
        }
        // The epsilon of 1e-4 is added to a root mean square of about 1.
        assertThat(Math.sqrt(squares / 5)).isBetween(0.999, 1.0);
      }
    }
  }

  @Test
  void concatenationsKeepUnitMagnitude() {
    GraphBuilder g = new GraphBuilder();
    Value a = g.input("a", Shape.batch(1, 1, 1));
    Value b = g.input("b", Shape.batch(4, 1, 1));
    g.output("y", MagnitudePreserving.concat(a, b, 0.3));
    Map<String, Tensor> feeds =
        Map.of(
            "a", Tensor.floats(new int[] {1, 1, 1, 1}, 1),
            "b", Tensor.floats(new int[] {1, 4, 1, 1}, 1, -1, 1, -1));

    double[] y = values(g.build(), feeds);

    assertThat(Arrays.stream(y).map(v -> v * v).sum() / 5).isCloseTo(1, within(1e-9));
    // One channel has the weight 0.7, and four have 0.3 together.
    assertThat(y[0] / (2 * y[1])).isCloseTo(0.7 / 0.3, within(1e-9));
  }

  @Test
  void sumsKeepUnitMagnitude() {
    GraphBuilder g = new GraphBuilder();
    Value a = g.input("a", Shape.batch(1));
    g.output("y", MagnitudePreserving.sum(a, g.input("b", Shape.batch(1)), 0.3));
    Tensor one = Tensor.floats(new int[] {1, 1}, 1);
    Tensor zero = Tensor.floats(new int[] {1, 1}, 0);

    double onlyA = values(g.build(), Map.of("a", one, "b", zero))[0];
    double onlyB = values(g.build(), Map.of("a", zero, "b", one))[0];

    assertThat(onlyA * onlyA + onlyB * onlyB).isCloseTo(1, within(1e-9));
    assertThat(onlyA / onlyB).isCloseTo(0.7 / 0.3, within(1e-9));
  }

  private static double[] values(Graph graph, Map<String, Tensor> feeds) {
    return Objects.requireNonNull(Interpreter.run(graph, feeds).get("y")).reals();
  }

  @Test
  void argumentsThatGiveNoNetworkAreRefused() {
    refused(Map.of("img_resolution", 7), "resolution is 7");
    refused(Map.of("img_channels", 0), "image channels is 0");
    refused(Map.of("channel_mult", List.of()), "channel_mult is []");
    refused(Map.of("channel_mult", List.of(1, 0)), "the width of a level is 0");
    refused(Map.of("channel_mult_emb", 0), "the embedding's width is 0");
    refused(Map.of("num_blocks", 0), "blocks a level is 0");
    refused(Map.of("label_balance", 1.5), "the label balance is 1.5");
    refused(Map.of("res_balance", -0.1), "the residual balance is -0.1");
    refused(Map.of("clip_act", 0), "the clipping of activations is 0.0");
    refused(Map.of("channels_per_head", 0), "channels per head is 0");
    refused(
        Map.of("resample_filter", List.of(1, 2, 1)), "the resampling filter is [1.0, 2.0, 1.0]");
    refused(Map.of("dropout", 1), "dropout is 1.0");
  }

  private static void refused(Map<String, ?> changed, String message) {
    assertThatThrownBy(() -> small(changed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageContaining("should be");
  }

  @Test
  void weightsOfAnotherNetworkAreRefused() {
    Graph published = small(Map.of()).build(1);
    Map<String, Tensor> tensors = new HashMap<>();
    published.weights().forEach((name, weight) -> tensors.put(name, weight.value()));

    assertThatThrownBy(
            () -> small(Map.of("model_channels", 8)).build(new PublishedWeights(tensors)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("but the network needs");
    assertThat(
            Set.copyOf(small(Map.of()).build(new PublishedWeights(tensors)).parameters().keySet()))
        .isEqualTo(published.parameters().keySet());
  }
}
