package retort.exporter.verify;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.Types;
import retort.noise.GaussianNoise;
import retort.onnx.OnnxException;

/** Whether the file of a network that images are compared by works in ONNX Runtime. */
public final class ComparisonTrial {
  private static final int BATCH = 2;

  private ComparisonTrial() {}

  /**
   * Runs it once, on images of noise.
   *
   * @param network what the file holds
   * @param threads how many threads the run may use
   * @throws OnnxException when ONNX Runtime refuses the file, or an output is not finite or of
   *     another shape than it should be
   */
  public static void run(Path file, Graph network, int threads) {
    Map<String, float[]> images = new HashMap<>();
    for (Graph.Input input : network.inputs()) {
      float[] values = new float[Tensor.elements(input.shape().at(BATCH))];
      new GaussianNoise(images.size(), 0).fill(values, 0, values.length, 0);
      images.put(input.name(), values);
    }
    try (OnnxSession session =
        OnnxSession.open(
            file.toString(),
            threads,
            (environment, options) -> environment.createSession(file.toString(), options))) {
      for (String output : network.outputs()) {
        int[] expected = Types.of(network).type(output).shape().at(BATCH);
        require(file, output, expected, session.run(images, BATCH, output, OnnxDenoiser::floats));
      }
    }
  }

  private static void require(Path file, String output, int[] expected, float[] values) {
    boolean finite = values.length == Tensor.elements(expected);
    for (float value : values) {
      finite &= Float.isFinite(value);
    }
    if (!finite) {
      throw new OnnxException(
          file
              + ": output '"
              + output
              + "' of images of noise has values that are not finite, or too few; the weights are"
              + " damaged");
    }
  }
}
