package retort.network.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.graph.Graph;
import retort.graph.GraphException;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.network.WeightSource;

class LpipsTest {
  private static final Trunk TINY =
      new Trunk(
          "tiny",
          2,
          List.of(1, 3),
          List.of(TrunkLayer.conv(4, 3), TrunkLayer.RELU, TrunkLayer.conv(5, 1), TrunkLayer.RELU));

  /** The graph's colours are float32; ours are not. */
  private static final double COLOURS = 1e-6;

  @ParameterizedTest
  @EnumSource
  void theDistanceIsThatOfThePaper(Lpips.Version version) {
    DrawnTensors drawn = new DrawnTensors();
    Graph graph = new Lpips(TINY, version, 5, 4, 0).build(drawn);
    Tensor image = DrawnTensors.images(1, 2, 5, 4);
    Tensor reference = DrawnTensors.images(2, 2, 5, 4);

    double[] distances = distances(graph, image, reference);

    for (int i = 0; i < 2; i++) {
      double expected =
          plain(drawn, version, PlainImages.of(image, i), PlainImages.of(reference, i));
      assertThat(distances[i]).isCloseTo(expected, within(COLOURS * expected));
    }
  }

  private static double plain(
      DrawnTensors drawn, Lpips.Version version, double[][][] image, double[][][] reference) {
    boolean standardised = version == Lpips.Version.V0_1;
    double[][][] x = standardised ? PlainImages.standardised(image) : image;
    double[][][] y = standardised ? PlainImages.standardised(reference) : reference;
    double distance = 0;
    for (int tap = 0; tap < 2; tap++) {
      x = tap(drawn, tap, x);
      y = tap(drawn, tap, y);
      double[] weight = drawn.values("lin" + tap + ".model.1.weight");
      for (int r = 0; r < x[0].length; r++) {
        for (int s = 0; s < x[0][0].length; s++) {
          double lengthX = length(x, r, s);
          double lengthY = length(y, r, s);
          for (int c = 0; c < x.length; c++) {
            double difference = x[c][r][s] / lengthX - y[c][r][s] / lengthY;
            distance += weight[c] * difference * difference / (x[0].length * x[0][0].length);
          }
        }
      }
    }
    return distance;
  }

  private static double[][][] tap(DrawnTensors drawn, int tap, double[][][] x) {
    String name = "features." + 2 * tap;
    int kernel = tap == 0 ? 3 : 1;
    double[][][] h = PlainImages.conv(x, drawn.values(name + ".weight"), kernel, 1, kernel / 2);
    for (int c = 0; c < h.length; c++) {
      double bias = drawn.values(name + ".bias")[c];
      h[c] = PlainImages.map(new double[][][] {h[c]}, v -> Math.max(0, v + bias))[0];
    }
    return h;
  }

  private static double length(double[][][] x, int row, int column) {
    double squares = 0;
    for (double[][] channel : x) {
      squares += channel[row][column] * channel[row][column];
    }
    return Math.sqrt(squares) + 1e-10;
  }

  @Test
  void anImageHasNoDistanceToItselfAndTheOtherWayIsAsFar() {
    Graph graph = new Lpips(Trunk.SQUEEZENET_1_1).sized(25, 26).build(WeightSource.INITIAL);
    Tensor image = DrawnTensors.images(1, 1, 25, 26);
    Tensor reference = DrawnTensors.images(2, 1, 25, 26);

    double[] there = distances(graph, image, reference);

    assertThat(distances(graph, image, image)).containsExactly(0);
    assertThat(there[0]).isPositive();
    assertThat(distances(graph, reference, image)).containsExactly(there, within(1e-12));
  }

  @Test
  void imagesAreEnlargedBetweenTheirPixelsCentres() {
    DrawnTensors drawn = new DrawnTensors();
    Lpips small = new Lpips(TINY, Lpips.Version.V0_1, 2, 2, 4);
    Tensor image = DrawnTensors.images(1, 1, 2, 2);
    Tensor reference = DrawnTensors.images(2, 1, 2, 2);

    double[] enlarging = distances(small.build(drawn), image, reference);

    Graph large = small.sized(4, 4).build(drawn);
    assertThat(distances(large, enlarged(image), enlarged(reference)))
        .containsExactly(enlarging, within(1e-6));
  }

  /** From 2x2 to 4x4, where weights are 1, 3/4, 1/4 and 0. */
  private static Tensor enlarged(Tensor image) {
    double[] second = {0, 0.25, 0.75, 1};
    double[][][] from = PlainImages.of(image, 0);
    float[] values = new float[48];
    for (int i = 0; i < 48; i++) {
      double down = second[i / 4 % 4];
      double right = second[i % 4];
      double[][] c = from[i / 16];
      values[i] =
          (float)
              ((1 - down) * ((1 - right) * c[0][0] + right * c[0][1])
                  + down * ((1 - right) * c[1][0] + right * c[1][1]));
    }
    return Tensor.floats(new int[] {1, 3, 4, 4}, values);
  }

  @Test
  void linearLayersTellTheirTrunk() {
    assertThat(Lpips.recognise(linear(64, 128, 256, 512, 512)))
        .contains(new Lpips(Trunk.VGG16, Lpips.Version.V0_1, 64, 64, 0));
    assertThat(Lpips.recognise(linear(64, 192, 384, 256, 256))).contains(new Lpips(Trunk.ALEXNET));
    assertThat(Lpips.recognise(linear(64, 128, 256, 384, 384, 512, 512)))
        .contains(new Lpips(Trunk.SQUEEZENET_1_1));
    assertThat(Lpips.recognise(linear(64, 128))).isEmpty();
    assertThat(Lpips.recognise(Map.of())).isEmpty();
  }

  @Test
  void trunkAndLinearLayersMayComeInTwoFilesOrInOne() {
    Map<String, Tensor> linear = linear(64, 128, 256, 384, 384, 512, 512);
    Map<String, Tensor> trunk = trunk(Trunk.SQUEEZENET_1_1);
    Lpips lpips = Lpips.recognise(linear).orElseThrow();

    assertThat(lpips.load(trunk, linear).parameterCount()).isEqualTo(722496 + 2240);
    assertThat(lpips.model(trunk, linear).metadata()).containsEntry("retort.kind", "distance");

    Map<String, Tensor> whole = new LinkedHashMap<>(linear);
    trunk.forEach((name, tensor) -> whole.put(name.replace("features.", "net.slice1."), tensor));
    linear.forEach((name, tensor) -> whole.put(name.replace("lin", "lins."), tensor));
    whole.put("scaling_layer.shift", Tensor.floats(new int[] {1, 3, 1, 1}, 0, 0, 0));
    assertThat(Lpips.recognise(whole)).contains(lpips);
    assertThat(lpips.load(whole, whole).parameterCount()).isEqualTo(722496 + 2240);
  }

  @Test
  void linearLayersOfAnotherTrunkAreRefused() {
    Lpips lpips = Lpips.recognise(linear(64, 192, 384, 256, 256)).orElseThrow();

    assertThatThrownBy(
            () -> lpips.load(trunk(Trunk.SQUEEZENET_1_0), linear(64, 192, 384, 256, 256)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("for AlexNet but the trunk is SqueezeNet 1.0");
    assertThatThrownBy(() -> lpips.load(Map.of(), linear(64, 192, 384, 256, 256)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("pass torchvision's AlexNet");
  }

  @Test
  void imagesThatNothingIsLeftOfAreRefused() {
    Lpips lpips = new Lpips(Trunk.ALEXNET);

    assertThatThrownBy(() -> lpips.sized(28, 28))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("28x28 are too small for AlexNet");
    assertThat(lpips.resizedTo(224).sized(28, 28).height()).isEqualTo(28);
    assertThatThrownBy(() -> lpips.sized(0, 28)).isInstanceOf(IllegalArgumentException.class);
  }

  private static double[] distances(Graph graph, Tensor image, Tensor reference) {
    Map<String, Tensor> feeds = Map.of("image", image, "reference", reference);
    return Objects.requireNonNull(Interpreter.run(graph, feeds).get("distance")).reals();
  }

  private static Map<String, Tensor> linear(int... channels) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int k = 0; k < channels.length; k++) {
      Tensor weight = DrawnTensors.uniform(0, k, 1, channels[k], 1, 1);
      tensors.put("lin" + k + ".model.1.weight", weight);
    }
    return tensors;
  }

  private static Map<String, Tensor> trunk(Trunk trunk) {
    DrawnTensors drawn = new DrawnTensors();
    new TrunkFeatures(trunk).build(drawn);
    return drawn.tensors();
  }
}
