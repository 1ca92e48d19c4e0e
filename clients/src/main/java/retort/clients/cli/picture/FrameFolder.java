package retort.clients.cli.picture;

import java.nio.file.Path;
import retort.v1.Image;

/**
 * A folder with a PNG file for each image, named by its index.
 *
 * @param folder is there
 * @param scale each pixel becomes a square of this side
 */
record FrameFolder(Path folder, int scale) implements PictureSink {
  @Override
  public void add(long index, Image image) {
    OutputFile.writePng(
        folder.resolve("frame-%06d.png".formatted(index)),
        PictureGrid.magnify(ImageDecoder.decode(image), scale));
  }

  @Override
  public void close() {}
}
