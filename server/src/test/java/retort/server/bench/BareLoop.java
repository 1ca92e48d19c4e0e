package retort.server.bench;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;

/**
 * One run after the other of a bare session: no noise drawn, no label set, no server. What serving
 * is measured against. Prints one line of JSON; times of a run in microseconds.
 *
 * <pre>{@code
 * BareLoop FILE SECONDS [THREADS [BATCH]]
 * }</pre>
 */
public final class BareLoop {
  private BareLoop() {}

  /** Runs the measurement. */
  public static void main(String[] arguments) throws OrtException {
    double seconds = Double.parseDouble(arguments[1]);
    int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1;
    int batch = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 1;
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      try (OrtSession session = environment.createSession(arguments[0], options)) {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        for (var input : session.getInputInfo().entrySet()) {
          long[] shape = of(batch, (TensorInfo) input.getValue().getInfo());
          FloatBuffer zeros = direct(Float.BYTES, shape).asFloatBuffer();
          inputs.put(input.getKey(), OnnxTensor.createTensor(environment, zeros, shape));
        }
        long[] shape =
            of(
                batch,
                (TensorInfo)
                    Objects.requireNonNull(session.getOutputInfo().get("image")).getInfo());
        OnnxTensor image =
            OnnxTensor.createTensor(environment, direct(1, shape), shape, OnnxJavaType.UINT8);
        loop(session, inputs, Map.of("image", image), seconds * 0.4);
        Histogram runs = loop(session, inputs, Map.of("image", image), seconds);
        System.out.printf(
            Locale.ROOT,
            "{\"threads\":%d,\"batch\":%d,\"images_per_second\":%.1f,\"p50\":%.1f,\"p99\":%.1f}%n",
            threads,
            batch,
            runs.getTotalCount() * batch / seconds,
            runs.getValueAtPercentile(50) / 1e3,
            runs.getValueAtPercentile(99) / 1e3);
      }
    }
  }

  private static Histogram loop(
      OrtSession session, Map<String, OnnxTensor> in, Map<String, OnnxTensor> out, double seconds)
      throws OrtException {
    Histogram runs = new Histogram(3);
    long end = System.nanoTime() + (long) (seconds * 1e9);
    for (long started = System.nanoTime(); started < end; ) {
      session.run(in, out).close();
      long now = System.nanoTime();
      runs.recordValue(now - started);
      started = now;
    }
    return runs;
  }

  /** The shape of a batch. */
  private static long[] of(int batch, TensorInfo info) {
    long[] shape = info.getShape().clone();
    shape[0] = batch;
    return shape;
  }

  private static ByteBuffer direct(int width, long[] shape) {
    long size = width;
    for (long dim : shape) {
      size *= dim;
    }
    return ByteBuffer.allocateDirect((int) size).order(ByteOrder.nativeOrder());
  }
}
