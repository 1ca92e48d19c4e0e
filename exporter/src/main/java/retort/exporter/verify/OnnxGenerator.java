package retort.exporter.verify;

import ai.onnxruntime.OnnxTensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorSteps;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;

/**
 * A deployable generator as its file will be, run by ONNX Runtime on the CPU.
 *
 * <p>Owns the session and the folder of its own that the file is in: close it when no call is
 * running.
 */
final class OnnxGenerator implements AutoCloseable {
  private final TemporaryFolder folder;
  private final OnnxSession session;

  private OnnxGenerator(TemporaryFolder folder, OnnxSession session) {
    this.folder = folder;
    this.session = session;
  }

  /**
   * Opens what will be written, from a file and not from memory, in which a large model would be
   * twice.
   *
   * @param threads how many threads one call may use
   * @throws OnnxException when ONNX Runtime refuses it, or there is no room for it on the disk
   */
  static OnnxGenerator open(OnnxModel model, int threads) {
    TemporaryFolder folder = TemporaryFolder.open();
    try {
      folder.write(model);
      return new OnnxGenerator(
          folder,
          OnnxSession.open(
              "the exported generator",
              threads,
              (environment, options) ->
                  environment.createSession(folder.file().toString(), options)));
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** Images float32 [n, C, H, W] in [-1, 1], from a generator that makes these. */
  float[] images(GeneratorInputs inputs) {
    return run(inputs, OnnxDenoiser::floats);
  }

  /** The images' bytes in memory, whatever their type. */
  byte[] bytes(GeneratorInputs inputs) {
    return run(inputs, OnnxGenerator::copied);
  }

  /** Milliseconds that the images of {@code inputs} take: the median of {@code runs}. */
  double milliseconds(GeneratorInputs inputs, int runs) {
    long[] nanos = new long[runs];
    for (int i = -runs / 4 - 1; i < runs; i++) {
      long start = System.nanoTime();
      run(inputs, tensor -> 0);
      if (i >= 0) {
        nanos[i] = System.nanoTime() - start;
      }
    }
    Arrays.sort(nanos);
    return nanos[runs / 2] / 1e6;
  }

  private <T> T run(GeneratorInputs inputs, Function<OnnxTensor, T> read) {
    Map<String, float[]> arguments = new HashMap<>();
    for (int i = 0; i < inputs.noises().size(); i++) {
      arguments.put(GeneratorSteps.noiseName(i), inputs.noises().get(i).floats());
    }
    arguments.put(DenoiserModel.LABEL, inputs.labels().floats());
    return session.run(arguments, inputs.count(), DenoiserModel.IMAGE, read);
  }

  private static byte[] copied(OnnxTensor tensor) {
    ByteBuffer buffer = tensor.getByteBuffer();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  @Override
  public void close() {
    try {
      session.close();
    } finally {
      folder.close();
    }
  }
}
