package retort.exporter.verify;

import ai.onnxruntime.OnnxTensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
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
  private final OnnxSession session;

  private OnnxDenoiser(OnnxSession session) {
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
    OnnxSession session =
        OnnxSession.open(
            file.toString(),
            threads,
            (environment, options) -> environment.createSession(file.toString(), options));
    long[] noisy = session.inputs().get(DenoiserModel.NOISY);
    if (noisy == null
        || noisy.length != 4
        || !session.inputs().containsKey(DenoiserModel.SIGMA)
        || !session.outputs().contains(DenoiserModel.DENOISED)) {
      OnnxException refusal =
          new OnnxException(
              file
                  + ": is no denoiser: it takes "
                  + session.inputs().keySet()
                  + " and gives "
                  + session.outputs()
                  + ", but noisy [N, C, H, W], sigma [N] and denoised are expected");
      session.close();
      throw refusal;
    }
    return new OnnxDenoiser(session);
  }

  @Override
  public ImageShape imageShape() {
    long[] noisy = Objects.requireNonNull(session.inputs().get(DenoiserModel.NOISY));
    return new ImageShape(
        Math.toIntExact(noisy[1]), Math.toIntExact(noisy[2]), Math.toIntExact(noisy[3]));
  }

  @Override
  public float[] denoise(float[] noisy, float[] sigma, Map<String, float[]> conditioning) {
    Map<String, float[]> values = new HashMap<>(conditioning);
    values.put(DenoiserModel.NOISY, noisy);
    values.put(DenoiserModel.SIGMA, sigma);
    for (String name : values.keySet()) {
      if (!session.inputs().containsKey(name)) {
        throw new IllegalArgumentException("the denoiser has no input '" + name + "'");
      }
    }
    return session.run(values, sigma.length, DenoiserModel.DENOISED, OnnxDenoiser::floats);
  }

  /** A copy of the values of a float32 tensor. */
  static float[] floats(OnnxTensor tensor) {
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] copied = new float[buffer.remaining()];
    buffer.get(copied);
    return copied;
  }

  @Override
  public void close() {
    session.close();
  }
}
