package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.ImageShape;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.network.ConvClassifier;
import retort.network.WeightSource;
import retort.network.features.Lpips;
import retort.network.features.Trunk;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

class ImageDistanceTest {
  private static final ImageShape SHAPE = new ImageShape(1, 2, 2);
  private static final float[] X = {0.5f, -0.5f, 1, 0, 0.2f, 0.2f, 0.2f, 0.2f};
  private static final float[] Y = {0, 0, 0, 0, 0.2f, 0.2f, 0.2f, 0.2f};

  @TempDir private Path folder;

  private static double[] distances(ImageDistance distance) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(1, 2, 2));
    Value y = g.input("y", Shape.batch(1, 2, 2));
    g.output("d", distance.of(g, x, y));
    int[] shape = {2, 1, 2, 2};
    Map<String, Tensor> arguments =
        Map.of("x", Tensor.floats(shape, X), "y", Tensor.floats(shape, Y));
    Tensor result = Objects.requireNonNull(Interpreter.run(g.build(), arguments).get("d"));
    assertThat(result.shape()).containsExactly(2);
    return result.reals();
  }

  @Test
  void l2IsTheMeanOfSquares() {
    assertThat(distances(ImageDistance.named("l2", SHAPE)))
        .containsExactly(new double[] {1.5 / 4, 0}, within(1e-7));
  }

  @Test
  void huberIsNearlyTheEuclideanNorm() {
    double c = 0.00054 * 2;

    assertThat(distances(ImageDistance.named("huber", SHAPE)))
        .containsExactly(new double[] {Math.sqrt(1.5 + c * c) - c, 0}, within(1e-7));
  }

  /** Features (x0, x1), of which (1, -1)/sqrt(2) is the direction of the first image. */
  private static Graph firstTwo(String input) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input(input, Shape.batch(1, 2, 2)).reshape(0, 4);
    Tensor pick = Tensor.floats(new int[] {2, 4}, 1, 0, 0, 0, 0, 1, 0, 0);
    g.output("features", x.linear(g.parameter("pick", pick)));
    return g.build();
  }

  @Test
  void featuresAreComparedByDirectionAndPixelsByTheirMeanSquare() {
    ImageDistance distance = ImageDistance.of(firstTwo("image"), "f.onnx", SHAPE);

    // The second image has no features at all: its direction is 0, and the squares add up to 1.
    assertThat(distances(distance)).containsExactly(new double[] {1 + 1.5 / 4, 0}, within(1e-5));
  }

  /** Where features vanish, dividing by their length must not. */
  @Test
  void gradientsAreFiniteWhereThereAreNoFeatures() {
    ImageDistance distance = ImageDistance.of(firstTwo("image"), "f.onnx", SHAPE);
    GraphBuilder g = new GraphBuilder();
    Value x = g.parameter("images/x", Tensor.floats(new int[] {1, 1, 2, 2}, 0, 0, 1, 1));
    Value y = g.input("y", Shape.of(1, 1, 2, 2));
    g.output("d", distance.of(g, x, y).sum());
    GraphBuilder learnt = new GraphBuilder();
    learnt.output(
        "images", learnt.parameter("x", Tensor.floats(new int[] {1, 1, 2, 2}, 0, 0, 1, 1)));
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights images = torch.weights(learnt.build());
      Graph loss = g.build();
      WeightView view =
          WeightView.scoped(
              Map.of(
                  "images/",
                  images.learnt(),
                  ImageDistance.SCOPE,
                  torch.weights(distance.graph()).frozen()));

      torch
          .compile(loss)
          .differentiate(Map.of("y", Tensor.floats(new int[] {1, 1, 2, 2}, 1, 1, 1, 1)), view);

      double[] gradient = Objects.requireNonNull(images.gradientValues().get("x")).reals();
      assertThat(Arrays.stream(gradient).map(Math::abs).max().orElse(0)).isBetween(1e-3, 1e4);
    }
  }

  @Test
  void aNetworkOfTwoImagesIsTakenAsItIs() {
    Path file = folder.resolve("lpips.onnx");
    GraphBuilder g = new GraphBuilder();
    Value x = g.input(ConvClassifier.IMAGE, Shape.batch(1, 2, 2));
    Value y = g.input(Lpips.REFERENCE, Shape.batch(1, 2, 2));
    Value scale = g.parameter("scale", Tensor.floats(new int[] {1}, 3));
    g.output(Lpips.DISTANCE, x.minus(y).abs().mean(1, 2, 3).reshape(-1).times(scale));
    OnnxWriter.write(OnnxModel.of(g.build(), Map.of()), file);

    assertThat(distances(ImageDistance.named(file.toString(), SHAPE)))
        .containsExactly(new double[] {1.5, 0}, within(1e-6));
  }

  @Test
  void lpipsIsSuchANetwork() {
    ImageShape shape = new ImageShape(3, 25, 26);
    Graph lpips = new Lpips(Trunk.SQUEEZENET_1_1).sized(25, 26).build(WeightSource.INITIAL);

    ImageDistance distance = ImageDistance.of(lpips, "lpips.onnx", shape);

    assertThat(distance.graph().weights().keySet()).isEqualTo(lpips.weights().keySet());
    assertThatThrownBy(() -> ImageDistance.of(lpips, "lpips.onnx", new ImageShape(1, 25, 26)))
        .hasMessageContaining("takes image [N, 3, 25, 26] but the images are [N, 1, 25, 26]");
  }

  @Test
  void otherNetworksAreRefused() {
    assertThatThrownBy(() -> ImageDistance.of(firstTwo("noisy"), "f.onnx", SHAPE))
        .isInstanceOf(OnnxException.class)
        .hasMessageStartingWith(
            "f.onnx: compares no images: it has inputs [noisy] and outputs [features]");
    assertThatThrownBy(() -> ImageDistance.of(firstTwo("image"), "f.onnx", new ImageShape(3, 8, 8)))
        .isInstanceOf(OnnxException.class)
        .hasMessage(
            "f.onnx: takes image [N, 1, 2, 2] but the images are [N, 3, 8, 8]; pass a network for"
                + " these, such as one imported with --size 8");
    assertThatThrownBy(() -> ImageDistance.named("lpips", SHAPE))
        .hasMessageContaining("retort import --from vgg16.pth --lpips vgg.pth --size 2");
    assertThatThrownBy(() -> ImageDistance.named(folder.resolve("none.onnx").toString(), SHAPE))
        .hasMessageContaining("there is no such file");
  }
}
