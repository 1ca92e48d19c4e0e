package retort.exporter.verify;

import java.nio.file.Path;
import java.util.Arrays;
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
   * @param most how many images, if there is time
   * @param seconds after which no further one is begun; one there will be
   * @param threads how many threads one call may use
   * @throws OnnxException when ONNX Runtime refuses the file, or an image is not finite
   */
  public static SampledImages of(
      Path file, DenoiserModel model, Sampler sampler, int most, double seconds, int threads) {
    int size = model.imageShape().elements();
    float[] values = new float[Math.multiplyExact(most, size)];
    long started = System.nanoTime();
    int count = 0;
    try (OnnxDenoiser denoiser = OnnxDenoiser.open(file, threads)) {
      for (; count < most && (count == 0 || since(started) < seconds); count++) {
        SeededNoise noise = new SeededNoise(LongStream.of(count).toArray());
        double[] image =
            sampler.sample(denoiser, noise.start(size), conditioning(model, count), noise);
        for (int j = 0; j < size; j++) {
          values[count * size + j] = finite(image[j], count);
        }
      }
    }
    int[] shape = model.graph().input(DenoiserModel.NOISY).orElseThrow().shape().at(count);
    return measured(
        Tensor.floats(shape, Arrays.copyOf(values, count * size)),
        sampler.evaluations(),
        since(started));
  }

  private static double since(long nanoseconds) {
    return (System.nanoTime() - nanoseconds) / 1e9;
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
