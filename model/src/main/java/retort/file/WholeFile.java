package retort.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Writes files so that a reader, at any moment, sees the old file or the new one and never a half:
 * under another name in the same folder first, then on disk, then moved. A process that is killed
 * may leave that other name behind: it begins with a dot and ends with {@code .part}.
 */
public final class WholeFile {
  private static final String SUFFIX = ".part";

  private WholeFile() {}

  /** Puts the content of a file at the path it is given. */
  @FunctionalInterface
  public interface Writer {
    /** Writes; the path does not exist yet. */
    void write(Path path) throws IOException;
  }

  /**
   * Writes a file, over any of that name. A symbolic link stays, and what it leads to is written.
   *
   * @throws IOException when it cannot be written; the old file is then untouched
   */
  public static void write(Path file, Writer writer) throws IOException {
    Path target = target(file);
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException("it is no regular file");
    }
    String stem = "." + target.getFileName() + ".";
    place(target.resolveSibling(stem + UUID.randomUUID() + SUFFIX), writer, () -> target);
  }

  /**
   * Writes a file whose name follows from its content, over any of that name.
   *
   * @param folder where it belongs
   * @param name asked for its name once it is written
   * @return the file
   * @throws IOException when it cannot be written
   */
  public static Path write(Path folder, Writer writer, Supplier<String> name) throws IOException {
    Path part = folder.resolve("." + UUID.randomUUID() + SUFFIX);
    return place(part, writer, () -> folder.resolve(name.get()));
  }

  private static Path place(Path part, Writer writer, Supplier<Path> name) throws IOException {
    try {
      writer.write(part);
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Path target = name.get();
      move(part, target);
      return target;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      deleteLeftover(part);
    }
  }

  /** The file that writing a name writes: what a link leads to. */
  public static Path target(Path file) throws IOException {
    return Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
  }

  /** Whether a name is one that a killed process left behind. */
  public static boolean isUnfinished(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(".") && name.endsWith(SUFFIX);
  }

  private static void move(Path part, Path target) throws IOException {
    try {
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void deleteLeftover(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      part.toFile().deleteOnExit();
    }
  }
}
