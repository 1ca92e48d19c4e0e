package retort.exporter.verify;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import retort.denoiser.Denoiser;
import retort.denoiser.DenoiserModel;
import retort.denoiser.ImageShape;
import retort.onnx.OnnxException;

/**
 * The file of a denoiser, run by ONNX Runtime on the CPU.
 *
 * <p>Owns the session: close it when no call is running. Until then any number of threads may call
 * {@link #denoise} at once.
 */
public final class OnnxDenoiser implements Denoiser, AutoCloseable {
  private final Path file;
  private final OrtSession.SessionOptions options;
  private final OrtSession session;

  /** The shape of each input, with the batch as its first dimension. */
  private final Map<String, long[]> inputs = new LinkedHashMap<>();

  private OnnxDenoiser(Path file, OrtSession.SessionOptions options, OrtSession session) {
    this.file = file;
    this.options = options;
    this.session = session;
  }

  /**
   * Opens a file.
   *
   * @param file as {@link DenoiserModel#write} makes it
   * @param threads how many threads one call may use
   * @throws OnnxException when ONNX Runtime refuses the file, or it holds no denoiser
   */
  public static OnnxDenoiser open(Path file, int threads) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    OnnxDenoiser denoiser;
    try {
      options.setIntraOpNumThreads(threads);
      OrtSession session = environment.createSession(file.toString(), options);
      denoiser = new OnnxDenoiser(file, options, session);
    } catch (OrtException e) {
      options.close();
      throw new OnnxException(file + ": ONNX Runtime refuses it: " + e.getMessage(), e);
    }
    try {
      denoiser.readSignature();
    } catch (OnnxException e) {
      denoiser.close();
      throw e;
    }
    return denoiser;
  }

  private void readSignature() {
    try {
      for (NodeInfo input : session.getInputInfo().values()) {
        inputs.put(input.getName(), ((TensorInfo) input.getInfo()).getShape());
      }
    } catch (OrtException e) {
      throw failed(e);
    }
    long[] noisy = inputs.get(DenoiserModel.NOISY);
    if (noisy == null
        || noisy.length != 4
        || !inputs.containsKey(DenoiserModel.SIGMA)
        || !session.getOutputNames().contains(DenoiserModel.DENOISED)) {
      throw new OnnxException(
          file
              + ": is no denoiser: it takes "
              + inputs.keySet()
              + " and gives "
              + session.getOutputNames()
              + ", but noisy [N, C, H, W], sigma [N] and denoised are expected");
    }
  }

  @Override
  public ImageShape imageShape() {
    long[] noisy = Objects.requireNonNull(inputs.get(DenoiserModel.NOISY));
    return new ImageShape(
        Math.toIntExact(noisy[1]), Math.toIntExact(noisy[2]), Math.toIntExact(noisy[3]));
  }

  @Override
  public float[] denoise(float[] noisy, float[] sigma, Map<String, float[]> conditioning) {
    Map<String, float[]> values = new HashMap<>(conditioning);
    values.put(DenoiserModel.NOISY, noisy);
    values.put(DenoiserModel.SIGMA, sigma);
    for (String name : values.keySet()) {
      if (!inputs.containsKey(name)) {
        throw new IllegalArgumentException("the denoiser has no input '" + name + "'");
      }
    }
    try (Feeds feeds = new Feeds()) {
      for (Map.Entry<String, long[]> input : inputs.entrySet()) {
        long[] shape = input.getValue().clone();
        shape[0] = sigma.length;
        feeds.add(input.getKey(), values.get(input.getKey()), shape);
      }
      try (OrtSession.Result results = session.run(feeds.tensors, Set.of(DenoiserModel.DENOISED))) {
        FloatBuffer denoised = ((OnnxTensor) results.get(0)).getFloatBuffer();
        float[] copied = new float[denoised.remaining()];
        denoised.get(copied);
        return copied;
      }
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  private OnnxException failed(OrtException e) {
    return new OnnxException(file + ": ONNX Runtime fails: " + e.getMessage(), e);
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

    /** An input that is not given is zero. */
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
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      tensors.put(name, OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape));
    }

    @Override
    public void close() {
      tensors.values().forEach(OnnxTensor::close);
    }
  }
}
