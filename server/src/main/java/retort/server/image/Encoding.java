package retort.server.image;

/** How an image is carried. */
public enum Encoding {
  /** A PNG file, lossless. */
  PNG,

  /** The bytes themselves, [H, W, C] in row-major order. */
  RAW,

  /** A JPEG file: a fraction of a PNG's size, for a loss that its quality decides. */
  JPEG,

  /** A lossy WebP file: smaller than a JPEG of like quality, and slower to make. */
  WEBP
}
