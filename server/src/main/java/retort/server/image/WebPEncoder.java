package retort.server.image;

import com.luciad.imageio.webp.CompressionType;
import com.luciad.imageio.webp.WebPImageWriterSpi;
import com.luciad.imageio.webp.WebPWriteParam;
import java.util.Locale;
import javax.imageio.ImageWriter;
import retort.denoiser.ImageShape;

/**
 * Writes WebP files by libwebp, quick rather than small: lossy (VP8), and lossless (VP8L) at the
 * highest quality. WebP knows no grey, so a grey image has three equal channels there.
 *
 * <p>Not thread-safe; close it to free the codec's memory.
 */
final class WebPEncoder implements AutoCloseable {
  private static final int USUAL_QUALITY = 75;

  /**
   * Of 0 to 6, how hard libwebp tries: 3 saves a twentieth of the bytes and takes twice as long.
   */
  private static final int LOSSY_METHOD = 2;

  /**
   * Here 1 saves a tenth, and takes five times as long; quality means effort, and changes little.
   */
  private static final int LOSSLESS_METHOD = 0;

  private final ImageWriter writer;

  /** One for all images: the library never frees the native memory of it. */
  private final WebPWriteParam settings;

  private final EncodedBytes file = new EncodedBytes();

  WebPEncoder() {
    settings = new WebPWriteParam(Locale.ROOT);
    writer = new WebPImageWriterSpi().createWriterInstance(null);
  }

  /**
   * One file in a new array.
   *
   * @param pixels grey levels [H, W, C], row-major
   * @param quality 1 to 99 for lossy, 100 for lossless, or 0 for the usual one
   */
  byte[] encode(byte[] pixels, ImageShape shape, int quality) {
    boolean lossless = quality == ImageFormat.MAX_QUALITY;
    settings.setCompressionType(lossless ? CompressionType.Lossless : CompressionType.Lossy);
    settings.setMethod(lossless ? LOSSLESS_METHOD : LOSSY_METHOD);
    settings.setCompressionQuality(lossless ? 0 : (quality == 0 ? USUAL_QUALITY : quality) / 100f);
    return file.written(writer, settings, PixelView.coloured(pixels, shape));
  }

  @Override
  public void close() {
    writer.dispose();
  }
}
