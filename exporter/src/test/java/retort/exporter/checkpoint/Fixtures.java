package retort.exporter.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Small files that PyTorch and NumPy wrote, from toy modules of ours; see the README beside them.
 */
final class Fixtures {
  private Fixtures() {}

  /** A copy of a file, under its own name. */
  static Path copy(String name, Path folder) {
    return write(folder.resolve(name), bytes(name));
  }

  static byte[] bytes(String name) {
    try (InputStream in = Fixtures.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path write(Path file, byte[] content) {
    try {
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
