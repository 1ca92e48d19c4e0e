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

  /** Loses least; nothing at all in WebP. */
  public static final int MAX_QUALITY = 100;

  /** Of a lossy file, whose codec may know no grey. */
  public static final int MAX_CHANNELS = 3;

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

  /**
   * The most bytes that an image takes, but for what goes around its values. Lossy files of noise
   * are larger than the noise: a grey image may take more than twice its values.
   *
   * @param made its shape as it is made
   */
  public int mostBytes(ImageShape made) {
    ImageShape carried = carried(made);
    int channels = encoding.lossy() ? MAX_CHANNELS : carried.channels();
    return channels * carried.width() * carried.height();
  }

  /**
   * Whether an image is carried as it is made, byte for byte.
   *
   * @param made its shape as it is made
   */
  public boolean verbatim(ImageShape made) {
    return encoding == Encoding.RAW && carried(made).equals(made);
  }
}
