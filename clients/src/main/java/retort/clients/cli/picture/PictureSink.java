package retort.clients.cli.picture;

import java.nio.file.Path;
import java.util.Locale;
import retort.v1.Image;

/** Takes the images of a stream, one after another. Used by one thread. */
public interface PictureSink extends AutoCloseable {
  /** Takes image number {@code index} of the stream; numbers increase and may have gaps. */
  void add(long index, Image image);

  /** Puts what came in its place; nothing appears where nothing came. May be called twice. */
  @Override
  void close();

  /** Instead of {@link #close}, after a failure: leaves nothing unfinished behind. */
  default void discard() {}

  /** Forgets images. */
  static PictureSink none() {
    return new PictureSink() {
      @Override
      public void add(long index, Image image) {}

      @Override
      public void close() {}
    };
  }

  /**
   * A moving picture, or a folder of single ones, written on another thread.
   *
   * @param place a file that ends in {@code .gif}, or a folder, made for the first image
   * @param fps frames a second, for a moving picture
   * @param scale each pixel becomes a square of this side
   * @throws IllegalArgumentException when the place is neither, cannot be written, or is a folder
   *     that holds frames, which would be mixed with these
   */
  static PictureSink at(Path place, double fps, int scale) {
    PictureGrid.requireScale(scale);
    if (place.toString().toLowerCase(Locale.ROOT).endsWith(".gif")) {
      OutputFile.check("--save", place, place.toString().substring(place.toString().length() - 4));
      return new BackgroundSink(new AnimatedGif(place, fps, scale));
    }
    FrameFolder.check("--save", place);
    return new BackgroundSink(new FrameFolder(place, scale));
  }
}
