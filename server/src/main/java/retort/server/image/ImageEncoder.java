package retort.server.image;

import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import retort.denoiser.ImageShape;

/**
 * Scales and encodes images of one thread. Its buffers are kept from image to image; a codec is
 * loaded for the first image that needs it. Not thread-safe. Close it to free the codecs.
 */
public final class ImageEncoder implements AutoCloseable {
  private final Scaler scaler = new Scaler();
  private final PngEncoder png = new PngEncoder();
  private @Nullable JpegEncoder jpeg;
  private @Nullable WebPEncoder webp;

  /**
   * Encodes one image into a new array.
   *
   * @param pixels grey levels [H, W, C], row-major; bytes past the image are left alone
   * @param shape of the pixels
   * @throws EncodingException when this machine lacks the codec
   */
  public byte[] encode(byte[] pixels, ImageShape shape, ImageFormat format) {
    ImageShape carried = format.carried(shape);
    byte[] image = carried.equals(shape) ? pixels : scaler.scale(pixels, shape, carried);
    return switch (format.encoding()) {
      case PNG -> png.encode(image, carried);
      case RAW -> Arrays.copyOf(image, carried.elements());
      case JPEG -> jpeg().encode(image, carried, format.quality());
      case WEBP -> webp().encode(image, carried, format.quality());
    };
  }

  private JpegEncoder jpeg() {
    if (jpeg == null) {
      jpeg = loaded("JPEG", JpegEncoder::new);
    }
    return jpeg;
  }

  private WebPEncoder webp() {
    if (webp == null) {
      webp = loaded("WebP", WebPEncoder::new);
    }
    return webp;
  }

  /** A codec's native code is missing on few machines; the server goes on there without it. */
  static <T> T loaded(String name, Supplier<T> codec) {
    try {
      return codec.get();
    } catch (LinkageError | RuntimeException e) {
      throw new EncodingException(
          "this server's machine lacks the code that writes " + name + "; ask for PNG or raw", e);
    }
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
