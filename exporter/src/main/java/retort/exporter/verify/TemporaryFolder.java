package retort.exporter.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

/**
 * A folder for a network that is tried before it is written for good: one file, and its data where
 * these are in a file of their own. Closing it deletes them.
 */
public final class TemporaryFolder implements AutoCloseable {
  private static final String PREFIX = ".retort";

  private final Path folder;

  private TemporaryFolder(Path folder) {
    this.folder = folder;
  }

  /** A folder where the system has room for such. */
  static TemporaryFolder open() {
    try {
      return new TemporaryFolder(Files.createTempDirectory(PREFIX));
    } catch (IOException e) {
      throw noRoom("no folder for temporary files can be made", e);
    }
  }

  private static OnnxException noRoom(String what, IOException e) {
    return new OnnxException(
        what
            + " ("
            + e
            + "); free some space, or pass another folder for such files with"
            + " JAVA_OPTS=-Djava.io.tmpdir=FOLDER",
        e);
  }

  /** A folder beside a file that will be written, so that there is room for both. */
  public static TemporaryFolder beside(Path out) throws IOException {
    Path parent = Objects.requireNonNull(out.toAbsolutePath().getParent());
    return new TemporaryFolder(Files.createTempDirectory(parent, PREFIX));
  }

  /** The network's place in the folder. */
  public Path file() {
    return folder.resolve("network.onnx");
  }

  /** Writes a network to its place in a folder that the system chose. */
  void write(OnnxModel model) {
    try {
      OnnxWriter.write(model, file());
    } catch (OnnxException e) {
      if (e.getCause() instanceof IOException cause) {
        throw noRoom("no temporary file can be written in " + folder.getParent(), cause);
      }
      throw e;
    }
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}
