package retort.network.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.graph.Graph;
import retort.graph.GraphException;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.graph.Weight;
import retort.network.WeightSource;
import retort.reference.Tolerance;

class CifarResNetTest {
  /** The graph's colours are float32; ours are not. */
  private static final Tolerance COLOURS = new Tolerance(1e-6);

  private static final CifarResNet RESNET_20 = new CifarResNet(3, 16, 10, false);

  @ParameterizedTest
  @CsvSource({
    "3, false, 20, 269722",
    "3, true, 20, 272474",
    "5, false, 32, 464154",
    "18, false, 110, 1727962",
    "200, false, 1202, 19421274"
  })
  void itHasThePublishedNumberOfParameters(
      int blocks, boolean projections, int depth, long parameters) {
    CifarResNet network = new CifarResNet(blocks, 16, 10, projections);

    assertThat(network.depth()).isEqualTo(depth);
    assertThat(network.build(new DrawnTensors()).parameterCount()).isEqualTo(parameters);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void itAgreesWithLoops(boolean projections) {
    DrawnTensors drawn = new DrawnTensors();
    Graph graph = new CifarResNet(2, 2, 3, projections).build(drawn);
    Tensor images = DrawnTensors.images(5, 2, 32, 32);

    Map<String, Tensor> results = Interpreter.run(graph, Map.of("image", images));

    double[] expected =
        Arrays.stream(features(drawn, PlainImages.of(images, 1), 2, projections)).toArray();
    double[] features = Objects.requireNonNull(results.get("features")).reals();
    COLOURS.check("features", Arrays.copyOfRange(features, 8, 16), expected);
    double[] logits = Objects.requireNonNull(results.get("logits")).reals();
    COLOURS.check("logits", Arrays.copyOfRange(logits, 3, 6), logits(drawn, expected));
  }

  private static double[] features(
      DrawnTensors drawn, double[][][] image, int blocks, boolean projections) {
    double[][][] x = PlainImages.standardised(image);
    x = normalised(drawn, "bn1", PlainImages.conv(x, drawn.values("conv1.weight"), 3, 1, 1));
    x = PlainImages.relu(x);
    for (int stage = 1; stage <= 3; stage++) {
      for (int i = 0; i < blocks; i++) {
        String name = "layer" + stage + "." + i;
        int stride = stage > 1 && i == 0 ? 2 : 1;
        double[][][] h = PlainImages.conv(x, drawn.values(name + ".conv1.weight"), 3, stride, 1);
        h = PlainImages.relu(normalised(drawn, name + ".bn1", h));
        h = PlainImages.conv(h, drawn.values(name + ".conv2.weight"), 3, 1, 1);
        h = normalised(drawn, name + ".bn2", h);
        add(h, stride == 1 ? x : shortcut(drawn, name, x, projections));
        x = PlainImages.relu(h);
      }
    }
    return Arrays.stream(x).mapToDouble(PlainImages::mean).toArray();
  }

  private static double[][][] shortcut(
      DrawnTensors drawn, String name, double[][][] x, boolean projections) {
    if (projections) {
      double[] weight = drawn.values(name + ".shortcut.0.weight");
      return normalised(drawn, name + ".shortcut.1", PlainImages.conv(x, weight, 1, 2, 0));
    }
    double[][][] y = new double[2 * x.length][x[0].length / 2][x[0][0].length / 2];
    for (int c = 0; c < x.length; c++) {
      for (int r = 0; r < x[0].length; r += 2) {
        for (int s = 0; s < x[0][0].length; s += 2) {
          y[x.length / 2 + c][r / 2][s / 2] = x[c][r][s];
        }
      }
    }
    return y;
  }

  private static void add(double[][][] x, double[][][] y) {
    for (int c = 0; c < x.length; c++) {
      for (int r = 0; r < x[c].length; r++) {
        for (int s = 0; s < x[c][r].length; s++) {
          x[c][r][s] += y[c][r][s];
        }
      }
    }
  }

  private static double[][][] normalised(DrawnTensors drawn, String name, double[][][] x) {
    double[] scale = drawn.values(name + ".weight");
    double[] bias = drawn.values(name + ".bias");
    double[] mean = drawn.values(name + ".running_mean");
    double[] variance = drawn.values(name + ".running_var");
    DoubleUnaryOperator[] channels = new DoubleUnaryOperator[x.length];
    Arrays.setAll(
        channels, c -> v -> (v - mean[c]) / Math.sqrt(variance[c] + 1e-5) * scale[c] + bias[c]);
    return PlainImages.map(x, channels);
  }

  private static double[] logits(DrawnTensors drawn, double[] features) {
    double[] weight = drawn.values("linear.weight");
    double[] logits = drawn.values("linear.bias").clone();
    for (int i = 0; i < weight.length; i++) {
      logits[i / features.length] += weight[i] * features[i % features.length];
    }
    return logits;
  }

  @Test
  void statisticsOfNormalisationsAreNotLearnt() {
    Graph graph = RESNET_20.build(WeightSource.INITIAL);

    assertThat(graph.weights())
        .extractingByKeys("layer2.1.bn1.running_mean", "layer2.1.bn1.running_var")
        .extracting(Weight::role)
        .containsOnly(Weight.Role.BUFFER);
    assertThat(graph.parameters()).containsKeys("layer2.1.bn1.weight", "layer2.1.bn1.bias");
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 10, false", "3, 16, 10, false", "5, 8, 100, true"})
  void itIsRecognisedByItsTensors(int blocks, int width, int labels, boolean projections) {
    CifarResNet network = new CifarResNet(blocks, width, labels, projections);

    assertThat(PublishedFeatures.recognise(tensors(network))).contains(network);
  }

  @Test
  void thePrefixOfParallelTrainingAndCountersDoNotCount() {
    Map<String, Tensor> file = new LinkedHashMap<>();
    tensors(RESNET_20).forEach((name, tensor) -> file.put("module." + name, tensor));
    file.put("module.bn1.num_batches_tracked", Tensor.vector(1));

    PublishedFeatures network = PublishedFeatures.recognise(file).orElseThrow();

    assertThat(network.title()).isEqualTo("ResNet-20 with 10 labels");
    assertThat(network.load(file).parameterCount()).isEqualTo(269722);
    assertThat(network.model(file).metadata()).containsEntry("retort.kind", "features");
  }

  @Test
  void residualNetworksForPhotographsAreAnother() {
    Map<String, Tensor> file = tensors(RESNET_20);
    file.put("layer4.0.conv1.weight", Tensor.floats(new int[] {128, 64, 3, 3}, new float[73728]));

    assertThat(PublishedFeatures.recognise(file)).isEmpty();
    assertThat(PublishedFeatures.recognise(Map.of())).isEmpty();
  }

  @Test
  void tensorsThatAreMissingMisshapenOrSurplusAreNamed() {
    Map<String, Tensor> file = tensors(RESNET_20);

    Map<String, Tensor> missing = new LinkedHashMap<>(file);
    missing.remove("layer2.1.bn2.running_var");
    assertThatThrownBy(() -> RESNET_20.load(missing))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("needs a tensor 'layer2.1.bn2.running_var' of shape [32]");

    Map<String, Tensor> misshapen = new LinkedHashMap<>(file);
    misshapen.put("bn1.bias", Tensor.floats(new int[] {1}, 0));
    assertThatThrownBy(() -> RESNET_20.load(misshapen))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("'bn1.bias' is [1] but the network needs [16]");

    Map<String, Tensor> surplus = new LinkedHashMap<>(file);
    surplus.put("layer1.3.bn1.bias", Tensor.floats(new int[] {1}, 0));
    assertThatThrownBy(() -> RESNET_20.load(surplus))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("no place for 1 tensor: layer1.3.bn1.bias");
  }

  @Test
  void aTensorUnderTwoNamesIsRefused() {
    Map<String, Tensor> file = tensors(RESNET_20);
    file.put("module.bn1.bias", Tensor.floats(new int[] {16}, new float[16]));

    assertThatThrownBy(() -> RESNET_20.load(file))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("'bn1.bias' is there twice");
  }

  @Test
  void imagesOfAnotherSizeAreRefused() {
    assertThat(RESNET_20.sized(32, 32)).isEqualTo(RESNET_20);
    assertThatThrownBy(() -> RESNET_20.sized(64, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32x32, not of 64x32");
  }

  @Test
  void emptyLayersAreRefused() {
    assertThatThrownBy(() -> new CifarResNet(0, 16, 10, false))
        .hasMessageContaining("at least 1 block");
  }

  private static Map<String, Tensor> tensors(CifarResNet network) {
    DrawnTensors drawn = new DrawnTensors();
    network.build(drawn);
    return drawn.tensors();
  }
}
