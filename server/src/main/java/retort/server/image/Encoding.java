package retort.server.image;

/** How an image is carried. */
public enum Encoding {
  /** A PNG file, lossless. */
  PNG,

  /** The bytes themselves, [H, W, C] in row-major order. */
  RAW
}
