package retort.exporter.verify;

import ai.onnxruntime.OnnxTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import retort.denoiser.DenoiserModel;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

/**
 * A deployable generator as its file will be, run by ONNX Runtime on the CPU.
 *
 * <p>Owns the session and the folder of its own that the file is in: close it when no call is
 * running.
 */
final class OnnxGenerator implements AutoCloseable {
  private static final String FILE = "generator.onnx";

  private final Path folder;
  private final OnnxSession session;

  private OnnxGenerator(Path folder, OnnxSession session) {
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
    Path folder = temporaryFolder();
    try {
      Path file = folder.resolve(FILE);
      OnnxWriter.write(model, file);
      return new OnnxGenerator(
          folder,
          OnnxSession.open(
              "the exported generator",
              threads,
              (environment, options) -> environment.createSession(file.toString(), options)));
    } catch (RuntimeException e) {
      remove(folder);
      throw e;
    }
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("retort-export-");
    } catch (IOException e) {
      throw new OnnxException(
          "no folder for temporary files can be made ("
              + e
              + "); free some space, or pass another with JAVA_OPTS=-Djava.io.tmpdir=FOLDER",
          e);
    }
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
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
    return session.run(
        Map.of(
            DenoiserModel.NOISE, inputs.noise().floats(),
            DenoiserModel.LABEL, inputs.labels().floats()),
        inputs.count(),
        DenoiserModel.IMAGE,
        read);
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
      remove(folder);
    }
  }
}
