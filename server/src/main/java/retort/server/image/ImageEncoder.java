package retort.server.image;

import java.util.Arrays;
import retort.denoiser.ImageShape;

/**
 * Encodes images of one thread. Its buffers are kept from image to image; not thread-safe. Close it
 * to free the compressor.
 */
public final class ImageEncoder implements AutoCloseable {
  private final PngEncoder png = new PngEncoder();

  /**
   * Encodes one image into a new array.
   *
   * @param pixels grey levels [H, W, C], row-major; bytes past the image are left alone
   */
  public byte[] encode(byte[] pixels, ImageShape shape, ImageFormat format) {
    return switch (format.encoding()) {
      case PNG -> png.encode(pixels, shape);
      case RAW -> Arrays.copyOf(pixels, shape.elements());
    };
  }

  @Override
  public void close() {
    png.close();
  }
}
