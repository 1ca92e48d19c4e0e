package retort.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.MetadataKeys;
import retort.exporter.checkpoint.PublishedForms;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.network.ConvClassifier;
import retort.network.features.CifarResNet;
import retort.network.features.Lpips;
import retort.network.features.Trunk;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxReader;
import retort.statistics.NpyFile;

/** Published classifiers become networks that images are compared by. */
class ImportComparisonTest {
  private static final Path REFERENCE =
      Path.of(System.getProperty("retort.reference", "../../shared/reference"));

  @TempDir Path folder;

  private OnnxModel imported(String flags) {
    Shell.Outcome outcome = new Shell(folder).run("import --out %out.onnx " + flags);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    return OnnxReader.read(folder.resolve("out.onnx"));
  }

  private static List<Integer> shape(OnnxModel model, String input) {
    int[] shape = model.graph().input(input).orElseThrow().shape().at(1);
    return List.of(shape[1], shape[2], shape[3]);
  }

  @Test
  void aResidualNetworkBecomesFeatures() {
    PublishedForms.legacy(
        folder.resolve("resnet.th"),
        TinyNetworks.tensors("module.", new CifarResNet(1, 4, 3, false)::build));

    OnnxModel model = imported("--from %resnet.th --licence BSD --report %card.json");

    assertThat(model.metadata())
        .containsEntry(MetadataKeys.KIND, MetadataKeys.FEATURES)
        .containsEntry(MetadataKeys.LICENCE, "BSD");
    assertThat(model.graph().outputs())
        .containsExactly(ConvClassifier.FEATURES, ConvClassifier.LOGITS);
    assertThat(folder.resolve("card.json"))
        .content()
        .contains(
            "ResNet-8 with 3 labels", "image float32[N, 3, 32, 32]", "features float32[N, 16]");
    assertThat(new Shell(folder).names()).containsExactly("card.json", "out.onnx", "resnet.th");
  }

  @Test
  void aTrunkBecomesFeaturesOfImagesOfTheSizeAskedFor() {
    writeTrunk();

    OnnxModel model = imported("--from %trunk.pt --size 32,48");

    assertThat(shape(model, ConvClassifier.IMAGE)).containsExactly(3, 32, 48);
    assertThat(model.metadata()).containsEntry(MetadataKeys.KIND, MetadataKeys.FEATURES);
  }

  @ParameterizedTest
  @CsvSource({"--size=40,40", "--size=24 --resize=40", "--size=40 --lpips-version=0.0"})
  void aTrunkAndLinearLayersBecomeADistance(String flags) {
    writeTrunk();

    OnnxModel model = imported("--from %trunk.pt --lpips %linear.pt " + flags);

    assertThat(model.metadata()).containsEntry(MetadataKeys.KIND, MetadataKeys.DISTANCE);
    int size = flags.contains("24") ? 24 : 40;
    assertThat(shape(model, ConvClassifier.IMAGE)).containsExactly(3, size, size);
    assertThat(shape(model, Lpips.REFERENCE)).containsExactly(3, size, size);
    assertThat(model.graph().outputs()).containsExactly(Lpips.DISTANCE);
  }

  private void writeTrunk() {
    Map<String, Tensor> all = TinyNetworks.tensors("", new Lpips(Trunk.SQUEEZENET_1_1)::build);
    Map<String, Tensor> trunk = new LinkedHashMap<>(all);
    trunk.keySet().removeIf(name -> name.startsWith("lin"));
    Map<String, Tensor> linear = new LinkedHashMap<>(all);
    linear.keySet().removeIf(name -> !name.startsWith("lin"));
    PublishedForms.zip(folder.resolve("trunk.pt"), trunk);
    PublishedForms.zip(folder.resolve("linear.pt"), linear);
  }

  /** The weights lie in {@code weights} beside the reference tensors. */
  @Test
  void publishedWeightsGiveTheFeaturesOfTheirAuthors() {
    Path weights =
        REFERENCE.resolveSibling("weights").resolve("cifar10-resnets/resnet20-12fca82f.th");
    Path frechet = REFERENCE.resolve("frechet");
    Assumptions.assumeTrue(
        Files.exists(weights) && Files.isDirectory(frechet),
        () -> weights + " or " + frechet + " is absent: give -Dretort.reference=DIR");

    OnnxModel model = imported("--from " + weights.toAbsolutePath());

    var pixels = NpyFile.read(frechet.resolve("images_test_first4_u8_nhwc.npy"));
    int[] shape = pixels.shape();
    long[] levels = pixels.longs();
    float[] image = new float[levels.length];
    int side = shape[1] * shape[2];
    for (int i = 0; i < image.length; i++) {
      int of = i / (3 * side);
      int channel = i / side % 3;
      image[i] = levels[(of * side + i % side) * 3 + channel] / 127.5f - 1;
    }
    Tensor images = Tensor.floats(new int[] {shape[0], 3, shape[1], shape[2]}, image);
    double[] features =
        Objects.requireNonNull(
                Interpreter.run(model.graph(), Map.of(ConvClassifier.IMAGE, images))
                    .get(ConvClassifier.FEATURES))
            .reals();
    double[] expected = NpyFile.read(frechet.resolve("features_test.npy")).doubles();
    for (int i = 0; i < features.length; i++) {
      assertThat(features[i]).isCloseTo(expected[i], within(1e-5));
    }
  }
}
