package retort.exporter.verify;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import retort.onnx.OnnxException;

/**
 * A file in ONNX Runtime, on the CPU, whose inputs are float32 with the batch as first dimension.
 *
 * <p>Owns the native session and its options: close it when no call is running. Until then any
 * number of threads may call {@link #run} at once.
 */
final class OnnxSession implements AutoCloseable {
  private final String name;
  private final OrtSession.SessionOptions options;
  private final OrtSession session;

  /** The shape of each input; an open dimension is -1. */
  private final Map<String, long[]> inputs = new LinkedHashMap<>();

  private OnnxSession(String name, OrtSession.SessionOptions options, OrtSession session)
      throws OrtException {
    this.name = name;
    this.options = options;
    this.session = session;
    for (NodeInfo input : session.getInputInfo().values()) {
      if (input.getInfo() instanceof TensorInfo tensor) {
        inputs.put(input.getName(), tensor.getShape());
      }
    }
  }

  /** How ONNX Runtime makes a session of a file. */
  interface Source {
    OrtSession open(OrtEnvironment environment, OrtSession.SessionOptions options)
        throws OrtException;
  }

  /**
   * Opens a file.
   *
   * @param name of the file, for messages
   * @param threads how many threads one call may use
   * @throws OnnxException when ONNX Runtime refuses the file
   */
  static OnnxSession open(String name, int threads, Source source) {
    OrtEnvironment environment = environment();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    try {
      options.setIntraOpNumThreads(threads);
      return new OnnxSession(name, options, source.open(environment, options));
    } catch (OrtException e) {
      options.close();
      throw new OnnxException(name + ": ONNX Runtime refuses it: " + e.getMessage(), e);
    }
  }

  /** ONNX Runtime, whose library is put among the temporary files when it is first asked for. */
  static OrtEnvironment environment() {
    try {
      return OrtEnvironment.getEnvironment();
    } catch (LinkageError e) {
      throw new OnnxException(
          "ONNX Runtime cannot be loaded ("
              + e.getMessage()
              + "); it needs a 64-bit system and some space for temporary files: free some, or pass"
              + " another folder for them with JAVA_OPTS=-Djava.io.tmpdir=FOLDER",
          e);
    }
  }

  Map<String, long[]> inputs() {
    return Collections.unmodifiableMap(inputs);
  }

  Set<String> outputs() {
    return session.getOutputNames();
  }

  /**
   * Computes one output.
   *
   * @param values each input, row-major; one that is left out is zero
   * @param read copies the output, which is closed afterwards
   * @throws UncheckedIOException when the thread is interrupted
   */
  <T> T run(Map<String, float[]> values, int batch, String output, Function<OnnxTensor, T> read) {
    try (Feeds feeds = new Feeds()) {
      for (Map.Entry<String, long[]> input : inputs.entrySet()) {
        long[] shape = input.getValue().clone();
        shape[0] = batch;
        feeds.add(input.getKey(), values.get(input.getKey()), shape);
      }
      try (OrtSession.Result results =
          InterruptibleRun.of(session, feeds.tensors, Set.of(output))) {
        return read.apply((OnnxTensor) results.get(0));
      }
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  private OnnxException failed(OrtException e) {
    return new OnnxException(name + ": ONNX Runtime fails: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw failed(e);
    } finally {
      options.close();
    }
  }

  /** The arguments of one call. */
  private static final class Feeds implements AutoCloseable {
    private final Map<String, OnnxTensor> tensors = new HashMap<>();

    void add(String name, float @Nullable [] given, long[] shape) throws OrtException {
      int size = 1;
      for (long dim : shape) {
        size = Math.multiplyExact(size, Math.toIntExact(dim));
      }
      float[] values = given == null ? new float[size] : given;
      if (values.length != size) {
        throw new IllegalArgumentException(
            name
                + " has "
                + values.length
                + " values but a batch of "
                + shape[0]
                + " needs "
                + size);
      }
      tensors.put(name, OnnxTensor.createTensor(environment(), FloatBuffer.wrap(values), shape));
    }

    @Override
    public void close() {
      tensors.values().forEach(OnnxTensor::close);
    }
  }
}
