package retort.exporter.verify;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;
import retort.denoiser.DenoiserModel;
import retort.graph.Tensor;
import retort.onnx.OnnxException;
import retort.sampling.Sampler;
import retort.sampling.SeededNoise;

/**
 * Images that a denoiser's file makes in ONNX Runtime, from seeds 0, 1, ... and the labels in turn:
 * what shows a reader whether weights, architecture and noise convention were understood.
 *
 * @param images [count, C, H, W]
 * @param evaluations calls of the network for each
 * @param mean over all values; images of a teacher lie in [-1, 1]
 * @param deviation the standard deviation over all values
 * @param outside the share of values beyond [-1.1, 1.1]
 * @param seconds for all of them
 */
public record SampledImages(
    Tensor images, int evaluations, double mean, double deviation, double outside, double seconds) {
  private static final double BEYOND = 1.1;

  /**
   * Samples images.
   *
   * @param file a denoiser
   * @param model what it holds
   * @param sampler how; one step from sigma_init for a generator
   * @param threads how many threads one call may use
   * @throws OnnxException when ONNX Runtime refuses the file, or an image is not finite
   */
  public static SampledImages of(
      Path file, DenoiserModel model, Sampler sampler, int count, int threads) {
    int size = model.imageShape().elements();
    float[] values = new float[Math.multiplyExact(count, size)];
    long started = System.nanoTime();
    try (OnnxDenoiser denoiser = OnnxDenoiser.open(file, threads)) {
      for (int i = 0; i < count; i++) {
        SeededNoise noise = new SeededNoise(LongStream.of(i).toArray());
        double[] image = sampler.sample(denoiser, noise.start(size), conditioning(model, i), noise);
        for (int j = 0; j < size; j++) {
          values[i * size + j] = finite(image[j], i);
        }
      }
    }
    int[] shape = model.graph().input(DenoiserModel.NOISY).orElseThrow().shape().at(count);
    return measured(
        Tensor.floats(shape, values), sampler.evaluations(), (System.nanoTime() - started) / 1e9);
  }

  private static Map<String, float[]> conditioning(DenoiserModel model, int image) {
    if (model.labels() == 0) {
      return Map.of();
    }
    float[] label = new float[model.labels()];
    label[image % model.labels()] = 1;
    return Map.of(DenoiserModel.LABEL, label);
  }

  private static float finite(double value, int image) {
    if (!Double.isFinite(value)) {
      throw new OnnxException(
          "sampled image "
              + image
              + " has values that are not finite; the weights are damaged, or the noise convention"
              + " is another: check the flags that say what the network predicts");
    }
    return (float) value;
  }

  private static SampledImages measured(Tensor images, int evaluations, double seconds) {
    float[] values = images.floats();
    double sum = 0;
    double squares = 0;
    int outside = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
      outside += Math.abs(value) > BEYOND ? 1 : 0;
    }
    double mean = sum / values.length;
    double variance = Math.max(0, squares / values.length - mean * mean);
    return new SampledImages(
        images, evaluations, mean, Math.sqrt(variance), (double) outside / values.length, seconds);
  }

  /**
   * Whether these look nothing like images in [-1, 1], as an untrained network's. Those of a
   * network whose background is noisy pass: a third of their values may lie beyond.
   */
  public boolean implausible() {
    return outside > 0.5 || deviation > 2 || deviation < 0.01;
  }
}
