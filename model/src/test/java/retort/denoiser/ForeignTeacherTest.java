package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.onnx.OnnxReader;
import retort.statistics.NpyArray;
import retort.statistics.NpyFile;

/**
 * A third party's networks, which predict noise in images in [-0.5, 0.5] and count time in shares
 * of T steps. They lie beside the folder of reference tensors, or in that of {@code
 * -Dretort.teachers=DIR}; without them the test is skipped.
 */
class ForeignTeacherTest {
  private static final Path FOLDER =
      Path.of(
              System.getProperty(
                  "retort.teachers",
                  System.getProperty("retort.reference", "../../shared/reference")
                      + "/../teachers"))
          .resolve("jameshughes_mnist_uncond_MIT");

  private static Tensor array(String name) {
    NpyArray array = NpyFile.read(FOLDER.resolve(name + ".npy"));
    return Tensor.floats(array.shape(), array.floats());
  }

  private static float[] run(Graph graph, Map<String, Tensor> feeds) {
    return Interpreter.run(graph, feeds).values().iterator().next().floats();
  }

  @ParameterizedTest(name = "network {0}")
  @CsvSource({"0001, 1000, 1e-4, 0.02", "0002, 100, 1e-3, 0.2"})
  void noiseAndDenoisedImagesAreThoseOfTheAuthor(
      String number, int steps, double betaStart, double betaEnd) {
    Assumptions.assumeTrue(
        Files.isDirectory(FOLDER),
        () -> FOLDER + " is absent: give its parent with -Dretort.teachers=DIR");
    Graph network =
        OnnxReader.read(FOLDER.resolve("model_" + number + ".torchexport.onnx")).graph();
    Tensor x = array(number + "_x");
    Tensor t = array(number + "_t");
    float[] eps = array(number + "_eps").floats();
    TimestepTable table = TimestepTable.linear(steps + 1, betaStart, betaEnd);
    NetworkConvention convention =
        new NetworkConvention(
            SignatureGuess.of(network, SignatureHints.NONE).signature(),
            Prediction.EPS,
            new TimeInput(table, 1.0 / steps, 0),
            ImageRange.of(-0.5, 0.5));
    int images = x.dim(0);
    float[] noisy = x.floats().clone();
    float[] sigma = new float[images];
    for (int i = 0; i < noisy.length; i++) {
      int image = i * images / noisy.length;
      double level = table.sigma((int) Math.rint(t.floats()[image] * steps));
      sigma[image] = (float) (2 * level);
      noisy[i] *= (float) (2 * Math.sqrt(1 + level * level));
    }

    float[] predicted = run(network, Map.of("x", x, "t", t));
    float[] denoised =
        run(
            convention.denoiser(network),
            Map.of(
                "noisy",
                Tensor.floats(x.shape(), noisy),
                "sigma",
                Tensor.floats(new int[] {images}, sigma)));

    for (int i = 0; i < eps.length; i++) {
      float level = sigma[i * images / noisy.length];
      assertThat(predicted[i]).isCloseTo(eps[i], within(1e-4f));
      assertThat(denoised[i])
          .isCloseTo(noisy[i] - level * eps[i], within(1e-4f * Math.max(1, level)));
    }
    assertThat(Objects.requireNonNull(network.parameters()).size()).isPositive();
    assertThat(network.parameterCount()).isEqualTo(146_961);
  }
}
