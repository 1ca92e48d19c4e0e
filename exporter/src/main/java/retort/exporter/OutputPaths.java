package retort.exporter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** What is wrong with the place of a file to be written, found before any work is done for it. */
final class OutputPaths {
  private OutputPaths() {}

  /**
   * Refuses a place where no file can be written.
   *
   * @param flag that named it
   */
  static void requireWritable(String flag, Path path) {
    if (Files.isDirectory(path)) {
      throw new IllegalArgumentException(
          flag + " is " + path + ", which is a folder; pass the name of a file in it");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IllegalArgumentException(
          flag + " is " + path + ", which is no regular file; pass another " + flag);
    }
    Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent());
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          flag
              + " is "
              + path
              + " but "
              + folder
              + " is no folder; make it, or pass another "
              + flag);
    }
    if (!Files.isWritable(folder)) {
      throw new IllegalArgumentException(
          flag + " is " + path + " but " + folder + " cannot be written; pass another " + flag);
    }
  }

  /** Refuses two flags that name one file. */
  static void requireDifferent(String flag, Path path, String otherFlag, Path other) {
    if (same(path, other)) {
      throw new IllegalArgumentException(
          flag
              + " and "
              + otherFlag
              + " are both "
              + other
              + "; pass another "
              + otherFlag
              + ", lest one overwrite the other");
    }
  }

  private static boolean same(Path path, Path other) {
    if (path.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize())) {
      return true;
    }
    try {
      return Files.exists(path) && Files.exists(other) && Files.isSameFile(path, other);
    } catch (IOException e) {
      return false;
    }
  }
}
