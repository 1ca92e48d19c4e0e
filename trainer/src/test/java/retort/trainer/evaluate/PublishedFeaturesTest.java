package retort.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.ImageShape;
import retort.denoiser.MetadataKeys;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.network.WeightSource;
import retort.network.features.CifarResNet;
import retort.network.features.Lpips;
import retort.network.features.Trunk;
import retort.noise.UniformDraws;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.statistics.Moments;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;

/** Published networks as the trainer runs them: to measure images, and inside a loss. */
class PublishedFeaturesTest {
  /** Float32 against double precision. */
  private static final double SINGLE = 1e-4;

  private static final int SIDE = 25;

  @Test
  void imagesAreMeasuredByAResidualNetworkFromItsFile(@TempDir Path folder) {
    Graph graph = new CifarResNet(1, 4, 10, false).build(WeightSource.INITIAL);
    Path file = folder.resolve("resnet.onnx");
    Map<String, String> metadata = Map.of(MetadataKeys.KIND, MetadataKeys.FEATURES);
    OnnxWriter.write(OnnxModel.of(graph, metadata), file);
    Tensor images = greyLevels(2, 32);

    Moments moments;
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      FeatureNetwork network = FeatureNetwork.read(torch, file, new ImageShape(3, 32, 32));
      Measurement measurement = new Measurement(network, 2, new int[0], false, 0);
      measurement.add(network.of(images.floats(), 0), 3, 7);
      assertThat(measurement.labelAccuracy()).isPresent();
      moments = measurement.moments();
    }

    double[] features = result(graph, "features", Map.of("image", images));
    double[] mean = new double[16];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (features[i] + features[16 + i]) / 2;
    }
    assertThat(moments.count()).isEqualTo(2);
    assertThat(moments.mean()).containsExactly(mean, within(SINGLE));
  }

  @Test
  void aDistancesGradientIsItsChangeWithTheImage() {
    Graph lpips = new Lpips(Trunk.SQUEEZENET_1_1).sized(SIDE, SIDE).build(WeightSource.INITIAL);
    Tensor image = greyLevels(1, SIDE);
    Tensor reference = Tensor.floats(image.shape(), new float[image.elements()]);

    double[] gradient = gradient(lpips, image, reference);

    double largest = 0;
    for (double value : gradient) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int pixel : new int[] {0, 333, 1000, 1800}) {
      double change = change(lpips, image, reference, pixel);
      assertThat(gradient[pixel]).isCloseTo(change, within(SINGLE * largest));
    }
  }

  /** The derivative by one value, from differences in double precision. */
  private static double change(Graph lpips, Tensor image, Tensor reference, int pixel) {
    double step = 1e-6;
    double[] sides = new double[2];
    for (int side = 0; side < 2; side++) {
      double[] moved = image.reals().clone();
      moved[pixel] += side == 0 ? -step : step;
      Tensor to = Tensor.reals(DataType.FLOAT32, image.shape(), moved);
      sides[side] = result(lpips, Lpips.DISTANCE, feeds(to, reference))[0];
    }
    return (sides[1] - sides[0]) / (2 * step);
  }

  @Test
  void aPixelWithoutActivationsHasNoGradient() {
    WeightSource silent =
        (name, shape, initial) -> name.equals("features.0.bias") ? low(shape) : initial.get();
    Graph lpips = new Lpips(Trunk.SQUEEZENET_1_1).sized(SIDE, SIDE).build(silent);

    double[] gradient =
        gradient(
            lpips,
            greyLevels(1, SIDE),
            Tensor.floats(new int[] {1, 3, SIDE, SIDE}, new float[3 * SIDE * SIDE]));

    assertThat(gradient).containsOnly(0);
  }

  private static Tensor low(int... shape) {
    float[] values = new float[Tensor.elements(shape)];
    Arrays.fill(values, -1000);
    return Tensor.floats(shape, values);
  }

  /** Of the distance by the image. */
  private static double[] gradient(Graph lpips, Tensor image, Tensor reference) {
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments =
        Map.of("image", g.parameter("image", image), Lpips.REFERENCE, g.constant(reference));
    g.output(
        "loss",
        Objects.requireNonNull(g.call(lpips, "lpips/", arguments).get(Lpips.DISTANCE)).sum());
    Graph loss = g.build();
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights weights = torch.weights(loss);
      torch.compile(loss).differentiate(Map.of(), weights.learnt());
      return Objects.requireNonNull(weights.gradientValues().get("image")).reals();
    }
  }

  private static Map<String, Tensor> feeds(Tensor image, Tensor reference) {
    return Map.of("image", image, Lpips.REFERENCE, reference);
  }

  private static double[] result(Graph graph, String output, Map<String, Tensor> feeds) {
    return Objects.requireNonNull(Interpreter.run(graph, feeds).get(output)).reals();
  }

  /** Images that rounding to grey levels leaves as they are. */
  private static Tensor greyLevels(int count, int side) {
    UniformDraws draws = new UniformDraws(1, 0);
    float[] values = new float[count * 3 * side * side];
    for (int i = 0; i < values.length; i++) {
      values[i] = draws.below(256, i) / 127.5f - 1f;
    }
    return Tensor.floats(new int[] {count, 3, side, side}, values);
  }
}
