package retort.server.image;

/** How an image is carried. */
public enum Encoding {
  /** A PNG file, lossless. */
  PNG,

  /** The bytes themselves, [H, W, C] in row-major order. */
  RAW,

  /** A JPEG file. */
  JPEG,

  /** A WebP file; lossless at the highest quality. */
  WEBP;

  /** Whether it may lose something, and of noise be larger than the values themselves. */
  public boolean lossy() {
    return this == JPEG || this == WEBP;
  }
}
