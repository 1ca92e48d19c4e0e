package retort.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.Weight;

class Edm2ShapesTest {
  private static final WeightSource SHAPES =
      (name, shape, initial) -> Tensor.stored(DataType.FLOAT32, shape, () -> new float[0]);

  private static Stream<Map<String, Object>> published() {
    return Stream.of(
        Map.of("img_resolution", 64, "img_channels", 4, "label_dim", 1000, "model_channels", 128),
        Map.of("img_resolution", 64, "img_channels", 3, "label_dim", 1000),
        Map.of("img_resolution", 64, "img_channels", 4, "model_channels", 64),
        Map.of(
            "img_resolution", 32,
            "img_channels", 3,
            "model_channels", 32,
            "channel_mult", List.of(2, 2, 2),
            "attn_resolutions", List.of(16),
            "num_blocks", 2),
        Map.of(
            "img_resolution", 24,
            "img_channels", 1,
            "model_channels", 64,
            "channel_mult", List.of(3, 1),
            "channel_mult_noise", 2,
            "channel_mult_emb", 5,
            "attn_resolutions", List.of(),
            "logvar_channels", 32,
            "num_blocks", 1),
        Map.of(
            "img_resolution", 7,
            "img_channels", 1,
            "label_dim", 10,
            "model_channels", 16,
            "channel_mult", List.of(1),
            "num_blocks", 1));
  }

  @ParameterizedTest
  @MethodSource("published")
  void aNetworkIsBuiltAgainFromTheShapesOfItsWeights(Map<String, Object> given) {
    Map<String, int[]> shapes = shapes(new Arguments(given), "unet.");

    Map<String, Object> read = Edm2Shapes.arguments(shapes).orElseThrow();

    Map<String, int[]> again = shapes(new Arguments(read), "unet.");
    assertThat(text(again)).isEqualTo(text(shapes));
    for (String name : List.of("img_resolution", "img_channels", "label_dim", "num_blocks")) {
      assertThat(new Arguments(read).integer(name))
          .as(name)
          .isEqualTo(given.getOrDefault(name, read.get(name)));
    }
  }

  @Test
  void whatComesBeforeTheNetworksNamesDoesNotMatter() {
    Arguments arguments = new Arguments(published().findFirst().orElseThrow());

    assertThat(Edm2Shapes.arguments(shapes(arguments, "")))
        .isEqualTo(Edm2Shapes.arguments(shapes(arguments, "module.unet.")));
  }

  @Test
  void otherNetworksAreNotRecognised() {
    SongUNet other = SongUNet.ddpmpp(8, 1, 2, 9, 8, List.of(1, 2), 2, 1, Set.of(4), 0);
    Map<String, int[]> shapes = new HashMap<>();
    other.build(0).parameters().forEach((name, tensor) -> shapes.put(name, tensor.shape()));

    assertThat(Edm2Shapes.arguments(shapes)).isEmpty();
    assertThat(Edm2Shapes.arguments(Map.of())).isEmpty();
    assertThat(Edm2Shapes.arguments(Map.of("enc.0x0_conv.weight", new int[] {1}))).isEmpty();
    assertThat(Edm2Shapes.arguments(Map.of("enc.9999999999x9999999999_conv.weight", new int[0])))
        .isEmpty();
  }

  /** All weights and buffers of a network and its uncertainty, without numbers. */
  private static Map<String, int[]> shapes(Arguments arguments, String prefix) {
    Map<String, int[]> shapes = new TreeMap<>();
    put(shapes, prefix, Edm2UNet.of(arguments).build(SHAPES));
    put(shapes, "", Edm2LogVariance.of(arguments).build(SHAPES));
    return shapes;
  }

  private static void put(Map<String, int[]> shapes, String prefix, Graph graph) {
    graph
        .weights()
        .forEach(
            (name, weight) -> {
              if (weight.role() != Weight.Role.CONSTANT) {
                shapes.put(prefix + name, weight.value().shape());
              }
            });
  }

  private static Map<String, String> text(Map<String, int[]> shapes) {
    Map<String, String> text = new TreeMap<>();
    shapes.forEach((name, shape) -> text.put(name, Arrays.toString(shape)));
    return text;
  }
}
