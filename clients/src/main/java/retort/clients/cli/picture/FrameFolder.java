package retort.clients.cli.picture;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import retort.v1.Image;

/**
 * A folder with a PNG file for each image, named by its index.
 *
 * @param folder made for the first image
 * @param scale each pixel becomes a square of this side
 */
record FrameFolder(Path folder, int scale) implements PictureSink {
  private static final String NAME = "frame-%06d.png";
  private static final String NAMES = "frame-*.png";

  /**
   * Refuses what cannot be such a folder.
   *
   * @param flag the flag that named it
   * @throws IllegalArgumentException when it has the name of a file, cannot be made, or holds
   *     frames: a shorter stream would leave the last of them among its own
   */
  static void check(String flag, Path folder) {
    if (!Files.isDirectory(folder) && String.valueOf(folder.getFileName()).matches(".+\\..*")) {
      throw new IllegalArgumentException(
          "%s is %s but should end in .gif, or be a folder's name, without a suffix"
              .formatted(flag, folder));
    }
    OutputFile.checkFolder(flag, folder);
    if (holdsFrames(folder)) {
      throw new IllegalArgumentException(
          "%s is %s but that folder holds %s of an earlier stream; pass another, or empty it"
              .formatted(flag, folder, NAMES));
    }
  }

  private static boolean holdsFrames(Path folder) {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (DirectoryStream<Path> frames = Files.newDirectoryStream(folder, NAMES)) {
      return frames.iterator().hasNext();
    } catch (IOException e) {
      throw new PictureException(folder + " cannot be read (" + e + "); pass another folder", e);
    }
  }

  @Override
  public void add(long index, Image image) {
    OutputFile.makeFolder("--save", folder);
    OutputFile.writePng(
        folder.resolve(NAME.formatted(index)),
        PictureGrid.magnify(ImageDecoder.decode(image), scale));
  }

  @Override
  public void close() {}
}
