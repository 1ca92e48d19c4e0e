package retort.clients.cli.picture;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Files that appear whole or not at all. */
public final class OutputFile {
  private OutputFile() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes it all; whoever calls this closes the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Refuses a file that could not be written, before any work is done for it.
   *
   * @param flag the flag that named it
   * @param suffix what its name should end in, such as {@code .png}
   * @throws IllegalArgumentException when its name ends otherwise, its folder is not there, or what
   *     is there already is no regular file
   */
  public static void check(String flag, Path file, String suffix) {
    if (!file.toString().endsWith(suffix)) {
      throw new IllegalArgumentException(flag + " is " + file + " but should end in " + suffix);
    }
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          flag + " is " + file + " but that is a folder; pass the name of a file");
    }
    Path target;
    try {
      target = target(file);
    } catch (PictureException e) {
      throw new IllegalArgumentException(flag + " is " + file + " but " + e.getMessage(), e);
    }
    Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent());
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new IllegalArgumentException(
          "%s is %s but %s is no folder that can be written; make it, or pass another %s"
              .formatted(flag, file, folder, flag));
    }
  }

  /**
   * What is written when a name is: the file of that name or, where that is a symbolic link, what
   * it points to.
   *
   * @throws PictureException when it is there and no regular file, such as a device or a pipe
   */
  static Path target(Path file) {
    Path target = file;
    if (Files.isSymbolicLink(file)) {
      try {
        target = file.toRealPath();
      } catch (IOException e) {
        throw new PictureException(file + " is a link to nothing; pass another", e);
      }
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new PictureException(target + " is no regular file; pass another");
    }
    return target;
  }

  /**
   * Refuses a folder that could not be made, without making it.
   *
   * @throws IllegalArgumentException when a file stands in its way, or it may not be written
   */
  public static void checkFolder(String flag, Path folder) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there)) {
      there = Objects.requireNonNull(there.getParent());
    }
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      throw new IllegalArgumentException(
          "%s is %s but it cannot be made a folder (%s is no folder that can be written);"
                  .formatted(flag, folder, there)
              + " pass another "
              + flag);
    }
  }

  /**
   * Makes a folder for pictures, where there is none.
   *
   * @throws PictureException when it cannot be made or written
   */
  public static void makeFolder(String flag, Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new PictureException(
          "%s is %s but it cannot be made a folder (%s); pass another %s"
              .formatted(flag, folder, reason(e), flag),
          e);
    }
  }

  /** Writes a picture as PNG, over any regular file of that name. */
  public static void writePng(Path file, BufferedImage picture) {
    write(
        file,
        out -> {
          try (var png = new MemoryCacheImageOutputStream(out)) {
            if (!ImageIO.write(picture, "png", png)) {
              throw new IOException("this Java has no writer for PNG");
            }
          }
        });
  }

  /**
   * Writes a file under another name beside it, then moves it into place.
   *
   * @throws PictureException when it cannot be written; what was there before is untouched
   */
  public static void write(Path name, Content content) {
    Path file = target(name);
    Path unfinished = unfinished(file);
    try {
      try {
        try (OutputStream out = Files.newOutputStream(unfinished)) {
          content.writeTo(out);
        }
        moveIntoPlace(file);
      } finally {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  /** The name of a file while it is being written. */
  static Path unfinished(Path file) {
    return file.resolveSibling(file.getFileName() + ".part");
  }

  static void moveIntoPlace(Path file) throws IOException {
    Files.move(
        unfinished(file),
        file,
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  static PictureException cannotWrite(Path file, IOException e) {
    return new PictureException(
        file + ": cannot be written (" + reason(e) + "); pass a place you may write", e);
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
