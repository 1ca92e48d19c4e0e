package retort.server.generator;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;

/**
 * Where networks run.
 *
 * @param provider which part of ONNX Runtime
 * @param number of the device, from 0; a processor has only one
 */
public record Device(Provider provider, int number) {
  /** A part of ONNX Runtime that runs networks. */
  public enum Provider {
    CPU,
    CUDA
  }

  /** The processor. */
  public static final Device CPU = new Device(Provider.CPU, 0);

  public Device {
    if (number < 0) {
      throw new IllegalArgumentException("device " + number + " should be 0 or more");
    }
  }

  /**
   * Checks that it can be had.
   *
   * @throws GeneratorException when not, saying what is missing
   */
  public void require() {
    options(1).close();
  }

  /**
   * Settings of a session; the caller closes them, after the session.
   *
   * @param threads on which a run is divided, where the processor runs it
   */
  SessionOptions options(int threads) {
    SessionOptions options = new SessionOptions();
    try {
      // What a file lacks is told by exceptions, once.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.setIntraOpNumThreads(threads);
      // Threads that wait by turning in circles take the cores from those that work.
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      if (provider == Provider.CUDA) {
        options.addCUDA(number);
      }
      return options;
    } catch (OrtException e) {
      options.close();
      throw new GeneratorException(
          "CUDA device "
              + number
              + " cannot be had ("
              + firstLine(e)
              + "); it needs ONNX Runtime for CUDA (build with MAVEN_ARGS=-Pcuda), the libraries of"
              + " CUDA 12 and cuDNN 9 on LD_LIBRARY_PATH, and that device; or pass --provider cpu",
          e);
    }
  }

  /** What the runtime says, without its traces. */
  static String firstLine(OrtException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }
}
