package retort.exporter;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import retort.onnx.OnnxException;

/**
 * What is wrong with the place of a file to be written: found before any work is done for it, but
 * for a disk that fills up.
 */
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

  /**
   * Writes a network to the place that {@code --out} names, or a copy to be tried beside it.
   *
   * @throws OnnxException that names the flag, when the disk is full or broken
   */
  static void write(Path out, Runnable write) {
    try {
      write.run();
    } catch (OnnxException e) {
      if (e.getCause() instanceof IOException cause) {
        throw full(out, cause);
      }
      throw e;
    }
  }

  /** That the disk does not take the file, or what is tried beside it. */
  static OnnxException full(Path out, IOException e) {
    String reason =
        e instanceof FileSystemException file && file.getReason() != null
            ? file.getReason()
            : e.getMessage();
    return new OnnxException(
        "--out is "
            + out
            + " but no such file can be written there ("
            + reason
            + "); free some space, or pass an --out on another disk",
        e);
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
