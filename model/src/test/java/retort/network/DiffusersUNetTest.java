package retort.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static retort.network.DiffusersEmbedding.Encoding.FOURIER;
import static retort.network.DiffusersEmbedding.Encoding.LEARNED;
import static retort.network.DiffusersEmbedding.Encoding.POSITIONAL;
import static retort.network.DiffusersEmbedding.Label.NONE;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.GraphException;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;

class DiffusersUNetTest {
  /** What single precision leaves of a network's answer, as a share of its largest value. */
  private static final double ROUND_OFF = 1e-5;

  private static final String SMALL =
      """
      'block_out_channels': [8, 16], 'sample_size': 4, 'norm_num_groups': 4,
      'down_block_types': ['DownBlock2D', 'AttnDownBlock2D'],
      'up_block_types': ['AttnUpBlock2D', 'UpBlock2D'],
      """;

  private static DiffusersUNet network(String... arguments) {
    String text = "{" + String.join("", arguments).strip().replaceAll(",$", "") + "}";
    JsonObject object = JsonParser.parseString(text).getAsJsonObject();
    return DiffusersUNet.of(JsonArguments.of(object));
  }

  /** A graph of any size whose weights take no memory, and the names and shapes of these. */
  private static Graph outline(DiffusersUNet network, SortedSet<String> state) {
    return network.build(
        (name, shape, initial) -> {
          state.add(name + " " + Arrays.toString(shape));
          return Tensor.stored(DataType.FLOAT32, shape, () -> initial.get().floats());
        });
  }

  private static String digest(SortedSet<String> state) throws NoSuchAlgorithmException {
    byte[] text = String.join("\n", state).getBytes(StandardCharsets.UTF_8);
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
    return HexFormat.of().formatHex(hash, 0, 8);
  }

  @ParameterizedTest
  @MethodSource("retort.network.RecordedNetwork#small")
  void smallNetworksAnswerAsInDiffusers(RecordedNetwork recorded) {
    Graph graph = recorded.network().build(RecordedNetwork::weight);

    Tensor f = Objects.requireNonNull(Interpreter.run(graph, recorded.feeds(graph)).get("f"));

    double[] answer = f.reals();
    double[] expected = recorded.values();
    double tolerance = ROUND_OFF * recorded.largest();
    for (int i = 0; i < expected.length; i++) {
      int at = (int) ((long) i * (answer.length - 1) / (expected.length - 1));
      assertThat(answer[at]).as("value " + at).isCloseTo(expected[i], offset(tolerance));
    }
    assertThat(Arrays.stream(answer).map(Math::abs).max().orElse(0))
        .isCloseTo(recorded.largest(), offset(tolerance));
  }

  @ParameterizedTest
  @MethodSource({
    "retort.network.RecordedNetwork#small",
    "retort.network.RecordedNetwork#published"
  })
  void weightsHaveTheNamesAndShapesOfDiffusers(RecordedNetwork recorded) throws Exception {
    SortedSet<String> state = new TreeSet<>();

    Graph graph = outline(recorded.network(), state);

    assertThat(graph.parameterCount()).isEqualTo(recorded.parameters());
    assertThat(digest(state)).isEqualTo(recorded.state());
  }

  @Test
  void freshWeightsGiveAnAnswerOfTheImagesShape() {
    Graph graph = network(SMALL, "'time_embedding_type': 'fourier',").build(7);
    Map<String, Tensor> feeds =
        Map.of(
            "x", Tensor.floats(new int[] {1, 3, 4, 4}, new float[48]),
            "noise", Tensor.floats(new int[] {1}, 0.5f));

    Map<String, Tensor> results = Interpreter.run(graph, feeds);

    Tensor f = Objects.requireNonNull(results.get("f"));
    assertThat(f.shape()).containsExactly(1, 3, 4, 4);
    assertThat(f.reals()).doesNotContain(Double.NaN);
  }

  @Test
  void featuresAreTheActivationsBeforeTheMiddle() {
    Graph graph = network(SMALL).build(7);
    Graph features = graph.withOutputs(List.of("features")).pruned();

    assertThat(features.parameters().keySet())
        .contains("down_blocks.1.attentions.1.to_out.0.weight")
        .noneMatch(name -> name.startsWith("mid_block"));
  }

  @Test
  void frequenciesOfTheFourierEncodingAreNotLearnt() {
    Graph graph = network(SMALL, "'time_embedding_type': 'fourier',").build(7);

    assertThat(graph.weights()).containsKey("time_proj.weight");
    assertThat(graph.parameters()).doesNotContainKey("time_proj.weight");
  }

  @Test
  void everyResidualBlockDropsOutOnce() {
    Graph graph = network(SMALL, "'dropout': 0.1,").build(7);

    long blocks =
        graph.parameters().keySet().stream().filter(n -> n.endsWith("conv2.bias")).count();
    assertThat(graph.nodes().stream().filter(n -> n.operator() == Operator.DROPOUT))
        .hasSize((int) blocks);
  }

  @Test
  void nullIsNotTheDefaultWhereItMeansNone() {
    DiffusersUNet silent = network(SMALL);
    DiffusersUNet explicit =
        network(SMALL, "'attention_head_dim': null, 'mid_block_type': null, 'dropout': null");

    assertThat(silent.headChannels()).isEqualTo(8);
    assertThat(silent.middle()).isPresent();
    assertThat(explicit.headChannels()).isZero();
    assertThat(explicit.middle()).isEmpty();
  }

  @Test
  void everyArgumentOfTheFileIsHeeded() {
    JsonObject config = JsonParser.parseString("{" + SMALL + "'dropout': 0}").getAsJsonObject();
    config.addProperty("_class_name", "UNet2DModel");
    config.addProperty("_diffusers_version", "0.0.4");
    config.addProperty("use_ema_warmup", true);
    config.addProperty("resnet_skip_time_act", true);
    Arguments arguments = JsonArguments.of(config);

    DiffusersUNet.of(arguments);

    assertThat(arguments.unread()).containsExactly("resnet_skip_time_act");
  }

  @Test
  void firstReleasesNamedBlocksOtherwise() {
    DiffusersUNet network =
        network(SMALL.replace("'Down", "'UNetResDown").replace("'AttnUp", "'UNetResAttnUp"));

    assertThat(network.down()).containsExactly(DiffusersBlock.PLAIN, DiffusersBlock.ATTENTION);
    assertThat(network.up()).containsExactly(DiffusersBlock.ATTENTION, DiffusersBlock.PLAIN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'_class_name': 'UNet2DConditionModel' | _class_name is UNet2DConditionModel",
        "'sample_size': 7 | a multiple of 2",
        "'sample_size': null | 'sample_size'",
        "'down_block_types': ['KDownBlock2D', 'DownBlock2D'] | 'KDownBlock2D'",
        "'up_block_types': ['CrossAttnUpBlock2D', 'UpBlock2D'] | 'CrossAttnUpBlock2D'",
        "'down_block_types': ['DownBlock2D'] | that of block_out_channels, 2",
        "'resnet_time_scale_shift': 'spatial' | resnet_time_scale_shift is spatial",
        "'downsample_padding': 2 | downsample_padding is 2",
        "'downsample_type': 'fir' | downsample_type is fir",
        "'act_fn': 'tanh' | act_fn is 'tanh'",
        "'attention_head_dim': 32 | at most the 16 channels",
        "'norm_num_groups': 3 | 8 channels into 3 equal groups",
        "'norm_num_groups': null | norm_num_groups is null",
        "'time_embedding_type': 'learned' | num_train_timesteps is 0",
        "'time_embedding_type': 'none' | time_embedding_type is none",
        "'class_embed_type': 'projection' | class_embed_type is projection",
        "'in_channels': 1, 'down_block_types': ['SkipDownBlock2D', 'DownBlock2D'] | in_channels is 1",
        "'up_block_types': ['SkipUpBlock2D', 'UpBlock2D'] | at the highest resolutions"
      })
  void whatDiffusersRefusesIsRefusedInASentence(String arguments, String reason) {
    assertThatThrownBy(() -> network(SMALL, arguments).build(0))
        .isInstanceOfAny(IllegalArgumentException.class, GraphException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void positionsAreEncodedBySinesAndCosines() {
    double[] encoded =
        encoding(
            new DiffusersEmbedding(POSITIONAL, 5, 8, true, 1, 0, NONE, 0), 3, Optional.empty());

    double slow = 3 / 10000.0;
    assertThat(encoded)
        .containsExactly(
            new double[] {Math.cos(3), Math.cos(slow), Math.sin(3), Math.sin(slow), 0},
            offset(1e-6));
  }

  @Test
  void sigmasAreEncodedByTheirLogarithm() {
    Tensor frequency = Tensor.floats(new int[] {1}, 0.25f);

    double[] encoded =
        encoding(
            new DiffusersEmbedding(FOURIER, 1, 8, true, 0, 0, NONE, 0), 2, Optional.of(frequency));

    double angle = 2 * Math.PI * 0.25 * Math.log(2);
    assertThat(encoded)
        .containsExactly(new double[] {Math.sin(angle), Math.cos(angle)}, offset(1e-6));
  }

  @Test
  void learnedEncodingsAreMixedBetweenTimesteps() {
    Tensor table = Tensor.floats(new int[] {3, 1}, 5, 7, 15);
    DiffusersEmbedding learned = new DiffusersEmbedding(LEARNED, 1, 8, true, 0, 3, NONE, 0);

    assertThat(encoding(learned, 1, Optional.of(table))).containsExactly(7);
    assertThat(encoding(learned, 1.25, Optional.of(table))).containsExactly(9);
  }

  private static double[] encoding(
      DiffusersEmbedding embedding, double at, Optional<Tensor> table) {
    GraphBuilder g = new GraphBuilder();
    Value time = g.input("time", Shape.batch());
    g.output("encoded", embedding.encode(g, table.map(g::constant), time));
    Map<String, Tensor> feeds = Map.of("time", Tensor.reals(DataType.FLOAT32, new int[] {1}, at));
    return Objects.requireNonNull(Interpreter.run(g.build(), feeds).get("encoded")).reals();
  }
}
