package retort.server.image;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import retort.denoiser.ImageShape;

/**
 * Encodes images of one thread: scales them where asked, then gives them the form asked for. The
 * same pixels and format always give the same bytes. Its buffers and codecs are kept from image to
 * image; not thread-safe. Close it to free them.
 */
public final class ImageEncoder implements AutoCloseable {
  private final PngEncoder png = new PngEncoder();
  private final ImageScaler scaler = new ImageScaler();
  private @Nullable CodecEncoder jpeg;
  private @Nullable CodecEncoder webp;

  /**
   * Encodes one image into a new array.
   *
   * @param pixels grey levels [H, W, C], row-major; bytes past the image are left alone
   */
  public byte[] encode(byte[] pixels, ImageShape shape, ImageFormat format) {
    ImageShape carried = format.carried(shape);
    byte[] scaled = scaler.scale(pixels, shape, carried);
    return switch (format.encoding()) {
      case PNG -> png.encode(scaled, carried);
      case RAW -> Arrays.copyOf(scaled, carried.elements());
      case JPEG -> jpeg().encode(scaled, carried, format.quality());
      case WEBP -> webp().encode(scaled, carried, format.quality());
    };
  }

  /** Made when it is first needed, since most servers never do. */
  private CodecEncoder jpeg() {
    if (jpeg == null) {
      jpeg = CodecEncoder.jpeg();
    }
    return jpeg;
  }

  private CodecEncoder webp() {
    if (webp == null) {
      webp = CodecEncoder.webp();
    }
    return webp;
  }

  @Override
  public void close() {
    png.close();
    if (jpeg != null) {
      jpeg.close();
    }
    if (webp != null) {
      webp.close();
    }
  }
}
