package retort.server.image;

import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import retort.denoiser.ImageShape;

/**
 * Writes JPEG files by the codec of the JDK: baseline, colours at half the size in each direction.
 * Its transform computes with whole numbers, so that the same pixels give the same bytes.
 *
 * <p>Not thread-safe; close it to free the codec's memory.
 */
final class JpegEncoder implements AutoCloseable {
  private static final int USUAL_QUALITY = 85;

  private final ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
  private final ImageWriteParam settings = writer.getDefaultWriteParam();
  private final EncodedBytes file = new EncodedBytes();

  JpegEncoder() {
    settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
  }

  /**
   * One file in a new array.
   *
   * @param pixels grey levels [H, W, C], row-major
   * @param quality 1 to 100, or 0 for the usual one
   */
  byte[] encode(byte[] pixels, ImageShape shape, int quality) {
    settings.setCompressionQuality((quality == 0 ? USUAL_QUALITY : quality) / 100f);
    return file.written(writer, settings, PixelView.of(pixels, shape));
  }

  @Override
  public void close() {
    writer.dispose();
  }
}
