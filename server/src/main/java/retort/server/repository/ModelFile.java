package retort.server.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A version of a model, as it lies in a folder.
 *
 * @param model name
 * @param version 1 or more; the highest is the latest
 * @param path of its file
 * @param stamp changes when the file does
 * @param problem why it cannot be opened, in a sentence; else empty
 */
public record ModelFile(String model, long version, Path path, String stamp, String problem) {
  /** A file as it is now. */
  public static ModelFile of(String model, long version, Path path) {
    return new ModelFile(model, version, path, stampOf(path), "");
  }

  /** A version that cannot be opened. */
  static ModelFile broken(String model, long version, Path path, String problem) {
    return new ModelFile(model, version, path, stampOf(path), problem);
  }

  /** Whether the file is not as it was. */
  boolean changed() {
    return !stamp.equals(stampOf(path));
  }

  private static String stampOf(Path path) {
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      return now.size() + " " + now.lastModifiedTime() + " " + now.fileKey();
    } catch (IOException e) {
      // Opening it says what is wrong.
      return "unreadable";
    }
  }
}
