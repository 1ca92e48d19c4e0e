package retort.server.generator;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorValue;

/**
 * Where networks run.
 *
 * @param provider which part of ONNX Runtime
 * @param number of the device, from 0; a processor has only one
 */
public record Device(Provider provider, int number) {
  /** A part of ONNX Runtime that runs networks. */
  public enum Provider {
    CPU(""),
    CUDA("the libraries of CUDA 12 and cuDNN 9"),

    /** What it cannot run, CUDA does. */
    TENSORRT("the libraries of TensorRT 10, CUDA 12 and cuDNN 9");

    /** What must be found when a program starts; nothing where it comes with the runtime. */
    private final String libraries;

    Provider(String libraries) {
      this.libraries = libraries;
    }
  }

  /** The processor. */
  public static final Device CPU = new Device(Provider.CPU, 0);

  public Device {
    if (number < 0) {
      throw new IllegalArgumentException("device " + number + " should be 0 or more");
    }
  }

  /**
   * The first of some devices that can be had.
   *
   * @param devices in the order in which they are tried; at least one
   * @param refused told, of each that is passed over, why, and which is tried next
   * @throws GeneratorException when none can be had, saying what the last one lacks
   */
  public static Device firstOf(
      List<Device> devices, BiConsumer<GeneratorException, Device> refused) {
    for (int i = 0; i + 1 < devices.size(); i++) {
      try {
        devices.get(i).require();
        return devices.get(i);
      } catch (GeneratorException e) {
        refused.accept(e, devices.get(i + 1));
      }
    }
    Device last = devices.get(devices.size() - 1);
    last.require();
    return last;
  }

  /**
   * Checks that it can be had, by running a small network there: some of what may be missing is
   * missed no earlier.
   *
   * @throws GeneratorException when not, saying what is missing
   */
  public void require() {
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.input("x", Shape.batch(1)).times(2));
    byte[] file = OnnxWriter.toBytes(OnnxModel.of(g.build(), Map.of()));
    TensorValue x =
        TensorValue.of(ElementType.FP32, List.of(1L, 1L), ByteBuffer.allocate(Float.BYTES));
    try (OnnxSession session = OnnxSession.open(file, Path.of(""), this, 1)) {
      new OnnxTensorModel(session, "").run(Map.of("x", x), Set.of());
    } catch (GeneratorException e) {
      throw provider == Provider.CPU
          ? e
          : new GeneratorException(
              this
                  + " cannot be had ("
                  + e.getMessage()
                  + "); it needs ONNX Runtime for CUDA (build with MAVEN_ARGS=-Pcuda), "
                  + provider.libraries
                  + " on LD_LIBRARY_PATH, and that device; or pass --provider cpu",
              e);
    }
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
      if (provider == Provider.TENSORRT) {
        options.addTensorrt(number);
      }
      if (provider != Provider.CPU) {
        options.addCUDA(number);
      }
      return options;
    } catch (OrtException e) {
      options.close();
      throw new GeneratorException(firstLine(e), e);
    }
  }

  /** What the runtime says, without its traces. */
  static String firstLine(OrtException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }

  @Override
  public String toString() {
    String name = provider.name().toLowerCase(Locale.ROOT);
    return provider == Provider.CPU ? name : name + " device " + number;
  }
}
