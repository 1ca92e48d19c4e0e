package retort.exporter.verify;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import retort.graph.Graph;
import retort.noise.GaussianNoise;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;

/**
 * Whether a network computes the same after it was read from somebody's file: both the file and
 * what was read of it are run by ONNX Runtime on the same numbers.
 */
public final class Rereading {
  private static final int BATCH = 2;

  private static final long MOST_ELEMENTS = 1 << 26;

  private Rereading() {}

  /**
   * The largest difference of any output, relative to its largest value.
   *
   * @param file the network as somebody wrote it
   * @param read the network as it was read
   * @param threads how many threads one run may use
   * @throws OnnxException when ONNX Runtime refuses either
   */
  public static double difference(Path file, Graph read, int threads) {
    try (TemporaryFolder folder = TemporaryFolder.open()) {
      folder.write(OnnxModel.of(read, Map.of()));
      Map<String, float[]> expected = outputs(file, file.toString(), read, threads);
      Map<String, float[]> actual =
          outputs(folder.file(), file + ", as it was read", read, threads);
      double worst = 0;
      for (String name : expected.keySet()) {
        worst = Math.max(worst, difference(of(expected, name), of(actual, name)));
      }
      return worst;
    }
  }

  private static float[] of(Map<String, float[]> outputs, String name) {
    return Objects.requireNonNull(outputs.get(name));
  }

  private static double difference(float[] expected, float[] actual) {
    double worst = 0;
    double largest = Float.MIN_NORMAL;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double off = Math.abs((double) expected[i] - actual[i]);
      worst = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(worst, off);
    }
    return worst / largest;
  }

  private static Map<String, float[]> outputs(Path file, String name, Graph read, int threads) {
    OrtEnvironment environment = OnnxSession.environment();
    Map<String, OnnxTensor> feeds = new HashMap<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      try (OrtSession session = environment.createSession(file.toString(), options)) {
        for (Graph.Input input : read.inputs()) {
          feeds.put(input.name(), feed(environment, input));
        }
        Map<String, float[]> values = new HashMap<>();
        try (OrtSession.Result results =
            InterruptibleRun.of(session, feeds, Set.copyOf(read.outputs()))) {
          for (Map.Entry<String, OnnxValue> result : results) {
            floats((OnnxTensor) result.getValue())
                .ifPresent(floats -> values.put(result.getKey(), floats));
          }
        }
        return values;
      }
    } catch (OrtException e) {
      throw new OnnxException(name + ": ONNX Runtime refuses it: " + e.getMessage(), e);
    } finally {
      feeds.values().forEach(OnnxTensor::close);
    }
  }

  /** The values of a real-valued output; nothing of others. */
  private static Optional<float[]> floats(OnnxTensor tensor) {
    DoubleBuffer doubles = tensor.getDoubleBuffer();
    if (doubles != null) {
      float[] rounded = new float[doubles.remaining()];
      for (int i = 0; i < rounded.length; i++) {
        rounded[i] = (float) doubles.get(i);
      }
      return Optional.of(rounded);
    }
    FloatBuffer floats = tensor.getFloatBuffer();
    if (floats == null) {
      return Optional.empty();
    }
    float[] copied = new float[floats.remaining()];
    floats.get(copied);
    return Optional.of(copied);
  }

  /** Normal numbers for images, positive ones for times, and ones for integers. */
  private static OnnxTensor feed(OrtEnvironment environment, Graph.Input input)
      throws OrtException {
    int[] dims = input.shape().at(BATCH);
    long count = 1;
    for (int dim : dims) {
      count *= dim;
      if (count > MOST_ELEMENTS) {
        throw new OnnxException(
            "input '"
                + input.name()
                + "' is "
                + input.shape()
                + ", larger than any image; export the network with smaller ones");
      }
    }
    float[] noise = new float[(int) count];
    new GaussianNoise(0, 0).fill(noise, 0, noise.length, 0);
    if (dims.length < 4) {
      for (int i = 0; i < noise.length; i++) {
        noise[i] = 0.1f + 0.4f * Math.abs(noise[i]);
      }
    }
    long[] shape = new long[dims.length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = dims[i];
    }
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.multiplyExact(8, noise.length))
            .order(ByteOrder.nativeOrder());
    OnnxJavaType type = write(bytes, input, noise);
    return OnnxTensor.createTensor(environment, bytes.flip(), shape, type);
  }

  private static OnnxJavaType write(ByteBuffer bytes, Graph.Input input, float[] noise) {
    switch (input.type()) {
      case FLOAT32 -> {
        for (float value : noise) {
          bytes.putFloat(value);
        }
        return OnnxJavaType.FLOAT;
      }
      case FLOAT64 -> {
        for (float value : noise) {
          bytes.putDouble(value);
        }
        return OnnxJavaType.DOUBLE;
      }
      case FLOAT16 -> {
        for (float value : noise) {
          bytes.putShort(Fp16Conversions.floatToFp16(value));
        }
        return OnnxJavaType.FLOAT16;
      }
      case INT64 -> {
        for (int i = 0; i < noise.length; i++) {
          bytes.putLong(1);
        }
        return OnnxJavaType.INT64;
      }
      case INT32 -> {
        for (int i = 0; i < noise.length; i++) {
          bytes.putInt(1);
        }
        return OnnxJavaType.INT32;
      }
      case BOOL -> {
        for (int i = 0; i < noise.length; i++) {
          bytes.put((byte) 1);
        }
        return OnnxJavaType.BOOL;
      }
      default ->
          throw new OnnxException(
              "input '" + input.name() + "' holds " + input.type() + ", which no denoiser takes");
    }
  }
}
