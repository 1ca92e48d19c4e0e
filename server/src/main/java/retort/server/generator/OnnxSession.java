package retort.server.generator;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * A network loaded by ONNX Runtime. Any number of threads may run it at once. Owns the session: it
 * is closed once, when no call is running, since the runtime guards against neither.
 */
final class OnnxSession implements AutoCloseable {
  private static final String DATA_FOLDER = "session.model_external_initializers_file_folder_path";

  private final SessionOptions options;
  private final OrtSession session;
  private final Signature signature;

  private OnnxSession(SessionOptions options, OrtSession session, Signature signature) {
    this.options = options;
    this.session = session;
    this.signature = signature;
  }

  /**
   * Loads a file.
   *
   * @param file its bytes, in direct memory; not needed afterwards
   * @param folder where its data file is, if it has one
   * @param threads on which a run is divided, where the processor runs it
   * @throws GeneratorException when the runtime refuses it, or it is no generator
   */
  static OnnxSession open(ByteBuffer file, Path folder, Device device, int threads) {
    SessionOptions options = device.options(threads);
    try {
      options.addConfigEntry(DATA_FOLDER, folder.toString());
      OrtSession session = OrtEnvironment.getEnvironment().createSession(file, options);
      try {
        return new OnnxSession(options, session, Signature.of(session));
      } catch (OrtException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      options.close();
      throw new GeneratorException("ONNX Runtime refuses it: " + Device.firstLine(e), e);
    } catch (RuntimeException e) {
      options.close();
      throw e;
    }
  }

  Signature signature() {
    return signature;
  }

  /** What the file says of itself. */
  Map<String, String> metadata() {
    try {
      return session.getMetadata().getCustomMetadata();
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  /**
   * Runs the network on tensors of one batch size; the image goes where its tensor lies.
   *
   * @param how can end the run early
   */
  void run(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> image, RunOptions how) {
    try {
      session.run(inputs, Set.of(), image, how).close();
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  private static GeneratorException failed(OrtException e) {
    return new GeneratorException("ONNX Runtime fails: " + Device.firstLine(e), e);
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
}
