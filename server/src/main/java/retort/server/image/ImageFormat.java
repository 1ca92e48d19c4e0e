package retort.server.image;

import retort.denoiser.ImageShape;

/**
 * How an image is carried, and in which size.
 *
 * @param encoding of its bytes
 * @param width in pixels; 0 for the width it is made in
 * @param height in pixels; 0 for the height it is made in
 * @param quality of a lossy encoding, 1 to {@link #MAX_QUALITY}; 0 for what suits most
 */
public record ImageFormat(Encoding encoding, int width, int height, int quality) {
  /** Of a side, in pixels. */
  public static final int MAX_SIDE = 4096;

  /** Loses least. */
  public static final int MAX_QUALITY = 100;

  public ImageFormat {
    if (width < 0
        || width > MAX_SIDE
        || height < 0
        || height > MAX_SIDE
        || quality < 0
        || quality > MAX_QUALITY) {
      throw new IllegalArgumentException(
          "width %d, height %d and quality %d should be 0 to %d, %d and %d"
              .formatted(width, height, quality, MAX_SIDE, MAX_SIDE, MAX_QUALITY));
    }
  }

  /** The size an image is made in, and the usual quality. */
  public static ImageFormat of(Encoding encoding) {
    return new ImageFormat(encoding, 0, 0, 0);
  }

  /**
   * The shape of an image as it is carried.
   *
   * @param made its shape as it is made
   */
  public ImageShape carried(ImageShape made) {
    return new ImageShape(
        made.channels(), height == 0 ? made.height() : height, width == 0 ? made.width() : width);
  }
}
