package retort.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Weight;

/** Networks from published arguments. */
class EdmUNetTest {

  private static Map<String, Object> arguments(Map<String, Object> more) {
    Map<String, Object> arguments = new HashMap<>(Map.of("img_resolution", 32, "img_channels", 3));
    arguments.putAll(more);
    return arguments;
  }

  @Test
  void whatIsLeftOutHasThePublishedDefault() {
    Arguments arguments = new Arguments(arguments(Map.of()));

    EdmUNet network = EdmUNet.of("SongUNet", arguments);

    List<Integer> mult = List.of(1, 2, 2, 2);
    assertThat(network).isEqualTo(SongUNet.ddpmpp(32, 3, 0, 0, 128, mult, 4, 4, Set.of(16), 0.1));
    assertThat(arguments.unread()).isEmpty();
  }

  @Test
  void everyArgumentOfThePublishedCodeIsHeard() {
    Map<String, Object> all = new HashMap<>();
    all.put("img_resolution", 16);
    all.put("in_channels", 2);
    all.put("out_channels", 4);
    all.put("label_dim", 5);
    all.put("augment_dim", 9);
    all.put("model_channels", 12);
    all.put("channel_mult", List.of(1, 3));
    all.put("channel_mult_emb", 2);
    all.put("num_blocks", 2);
    all.put("attn_resolutions", List.of(8, 16));
    all.put("dropout", 0.25);
    all.put("label_dropout", 0.5);
    all.put("embedding_type", "fourier");
    all.put("channel_mult_noise", 3);
    all.put("encoder_type", "skip");
    all.put("decoder_type", "skip");
    all.put("resample_filter", List.of(1, 3, 3, 1));
    Arguments arguments = new Arguments(all);

    EdmUNet network = EdmUNet.of("SongUNet_EncoderDecoder", arguments);

    assertThat(network)
        .isEqualTo(
            new SongUNet(
                new UNetPlan(16, 2, 4, 5, 9, 12, List.of(1, 3), 2, 2, Set.of(8, 16), 0.25, 0.5),
                SongUNet.Embedding.FOURIER,
                3,
                SongUNet.Encoder.SKIP,
                SongUNet.Decoder.SKIP,
                SongUNet.SMOOTHING_FILTER));
    assertThat(arguments.unread()).isEmpty();
  }

  @Test
  void anotherClassIsRefused() {
    assertThatThrownBy(() -> EdmUNet.of("UNet", new Arguments(arguments(Map.of()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the network is a UNet but should be one of [SongUNet, DhariwalUNet]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "encoder_type | residuals | encoder_type is 'residuals' but should be one of standard,",
        "embedding_type | none | embedding_type is 'none' but should be one of positional,",
        "decoder_type | residual | decoder_type is 'residual' but should be one of standard, skip"
      })
  void anotherWordIsRefused(String name, String word, String message) {
    assertThatThrownBy(() -> SongUNet.of(new Arguments(arguments(Map.of(name, word)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aFilterThatDoesNotHalveIsRefused() {
    for (List<Integer> filter : List.of(List.of(1, 2, 1), List.of(1, -1), List.<Integer>of())) {
      Map<String, Object> arguments = arguments(Map.of("resample_filter", filter));

      assertThatThrownBy(() -> SongUNet.of(new Arguments(arguments)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the resampling filter is [");
    }
  }

  @Test
  void numbersBeyondMeasureAreRefused() {
    assertThatThrownBy(
            () -> SongUNet.of(new Arguments(arguments(Map.of("model_channels", 1 << 30)))))
        .hasMessageContaining("should be at most 0, for a width of 1048576");
    assertThatThrownBy(
            () ->
                SongUNet.of(
                    new Arguments(arguments(Map.of("channel_mult", Collections.nCopies(33, 1))))))
        .hasMessage("channel multipliers is 33 but should be at most 31");
    assertThatThrownBy(() -> SongUNet.of(new Arguments(arguments(Map.of("label_dropout", 1)))))
        .hasMessage("label dropout is 1.0 but should be in [0, 1)");
  }

  @Test
  void theTeachersOfNcsnppHaveAsManyParametersAsPublished() {
    UNetPlan plan = SongUNet.cifar10(0).plan();

    Graph graph = SongUNet.ncsnpp(plan).build(new ShapesOnly());

    assertThat(graph.parameterCount()).isEqualTo(56_397_827);
    assertThat(graph.weights().get("map_noise.freqs"))
        .isNotNull()
        .extracting(Weight::role)
        .isEqualTo(Weight.Role.BUFFER);
    assertThat(graph.parameters())
        .containsKeys("enc.16x16_aux_residual.weight", "enc.8x8_aux_residual.bias");
  }

  @Test
  void theSkipsOfBothHalvesHaveThePublishedNames() {
    UNetPlan plan = new UNetPlan(8, 1, 2, 0, 0, 8, List.of(1, 2), 2, 1, Set.of(), 0.1, 0);
    SongUNet network =
        new SongUNet(
            plan,
            SongUNet.Embedding.POSITIONAL,
            1,
            SongUNet.Encoder.SKIP,
            SongUNet.Decoder.SKIP,
            SongUNet.SMOOTHING_FILTER);

    Graph graph = network.build(new ShapesOnly());

    assertThat(graph.parameters())
        .containsKeys("enc.4x4_aux_skip.weight", "enc.4x4_aux_skip.bias")
        .containsKeys("dec.4x4_aux_norm.weight", "dec.4x4_aux_conv.weight")
        .containsKeys("dec.8x8_aux_norm.bias", "dec.8x8_aux_conv.bias")
        .doesNotContainKeys("enc.8x8_aux_skip.weight");
  }

  @Test
  void droppedLabelsAreDroppedForWholeImages() {
    UNetPlan plan = new UNetPlan(4, 1, 1, 3, 0, 8, List.of(1), 1, 1, Set.of(), 0, 0.2);

    for (EdmUNet network : List.of(SongUNet.ddpmpp(plan), new DhariwalUNet(plan))) {
      List<Node> dropouts =
          network.build(0).nodes().stream().filter(n -> n.operator() == Operator.DROPOUT).toList();

      assertThat(dropouts).hasSize(1);
      assertThat(dropouts.get(0).attributes().real("ratio", 0)).isEqualTo(0.2);
    }
  }
}
