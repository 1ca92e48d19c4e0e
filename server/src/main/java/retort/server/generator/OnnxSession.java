package retort.server.generator;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import retort.denoiser.MetadataKeys;

/**
 * A network loaded by ONNX Runtime. Any number of threads may run it at once. Owns the session: it
 * is closed once, when no call is running, since the runtime guards against neither.
 */
final class OnnxSession implements AutoCloseable {
  private static final String DATA_FOLDER = "session.model_external_initializers_file_folder_path";

  private final SessionOptions options;
  private final OrtSession session;
  private final Optional<Signature> signature;

  private OnnxSession(SessionOptions options, OrtSession session) throws OrtException {
    this.options = options;
    this.session = session;
    boolean ours = metadata().containsKey(MetadataKeys.KIND);
    signature = ours ? Optional.of(Signature.of(session)) : Optional.empty();
  }

  /**
   * Loads a file, and the data file beside it, if it has one.
   *
   * @param threads on which a run is divided, where the processor runs it
   * @throws GeneratorException when the runtime refuses it, or it is one of Retort's and no
   *     generator
   */
  static OnnxSession open(Path file, Device device, int threads) {
    return open(
        device.options(threads), options -> environment().createSession(file.toString(), options));
  }

  /**
   * Loads the bytes of a file.
   *
   * @param folder where its data file is, if it has one
   * @param threads as of the other
   * @throws GeneratorException as of the other
   */
  static OnnxSession open(byte[] file, Path folder, Device device, int threads) {
    return open(
        device.options(threads),
        options -> {
          options.addConfigEntry(DATA_FOLDER, folder.toString());
          return environment().createSession(file, options);
        });
  }

  private interface Loading {
    OrtSession with(SessionOptions options) throws OrtException;
  }

  private static OnnxSession open(SessionOptions options, Loading loading) {
    try {
      OrtSession session = loading.with(options);
      try {
        return new OnnxSession(options, session);
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

  private static OrtEnvironment environment() {
    return OrtEnvironment.getEnvironment();
  }

  /** Whether it is a generator; else a file of another tool, of which only tensors are known. */
  boolean generates() {
    return signature.isPresent();
  }

  /** Of a session that {@linkplain #generates generates}. */
  Signature signature() {
    return signature.orElseThrow();
  }

  /** What it takes, in the order of the file. */
  Collection<NodeInfo> inputs() {
    try {
      return session.getInputInfo().values();
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  /** What it gives, in the order of the file. */
  Collection<NodeInfo> outputs() {
    try {
      return session.getOutputInfo().values();
    } catch (OrtException e) {
      throw failed(e);
    }
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

  /**
   * Runs the network; the caller closes what it gives.
   *
   * @param how can end the run early
   */
  OrtSession.Result run(Map<String, OnnxTensor> inputs, Set<String> wanted, RunOptions how) {
    try {
      return session.run(inputs, wanted, how);
    } catch (OrtException e) {
      throw failed(e);
    }
  }

  /** By which runs can be ended early; the caller closes it. */
  static RunOptions runOptions() {
    try {
      return new RunOptions();
    } catch (OrtException e) {
      throw new GeneratorException("no options of runs: " + Device.firstLine(e), e);
    }
  }

  /** Says whether runs with these options end early, those that have begun included. */
  static void setTerminate(RunOptions how, boolean terminate) {
    try {
      how.setTerminate(terminate);
    } catch (OrtException e) {
      throw new GeneratorException("a run cannot be stopped: " + Device.firstLine(e), e);
    }
  }

  static GeneratorException failed(OrtException e) {
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
