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
 * these are in a file of their own. Closing it deletes them; so does the end of a process that is
 * told to stop, unless ONNX Runtime is at work, which may take it down.
 */
public final class TemporaryFolder implements AutoCloseable {
  private static final String PREFIX = ".retort";

  private final Path folder;

  private TemporaryFolder(Path folder) {
    this.folder = folder;
    // The last to be registered goes first.
    folder.toFile().deleteOnExit();
    file().toFile().deleteOnExit();
  }

  /** A folder where the system has room for such. */
  public static TemporaryFolder open() {
    try {
      return new TemporaryFolder(Files.createTempDirectory(PREFIX));
    } catch (IOException e) {
      throw new OnnxException(
          "no folder for temporary files can be made ("
              + e
              + "); free some space, or pass another with JAVA_OPTS=-Djava.io.tmpdir=FOLDER",
          e);
    }
  }

  /** A folder beside a file that will be written, so that there is room for both. */
  public static TemporaryFolder beside(Path out) {
    Path parent = Objects.requireNonNull(out.toAbsolutePath().getParent());
    try {
      return new TemporaryFolder(Files.createTempDirectory(parent, PREFIX));
    } catch (IOException e) {
      throw new OnnxException(
          out + ": no temporary file can be made beside it (" + e + "); free some space", e);
    }
  }

  /** The network's place in the folder. */
  public Path file() {
    return folder.resolve("network.onnx");
  }

  /** Writes a network to its place. */
  void write(OnnxModel model) {
    OnnxWriter.write(model, file());
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
