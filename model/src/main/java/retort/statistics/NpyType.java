package retort.statistics;

/** The element types of a {@link NpyArray}, with the Java array that holds them. */
public enum NpyType {
  /** 32-bit floating point, {@code float[]}; 16-bit files are widened to it. */
  FLOAT32("<f4", 4),
  /** 64-bit floating point, {@code double[]}. */
  FLOAT64("<f8", 8),
  /** 32-bit signed integer, {@code int[]}. */
  INT32("<i4", 4),
  /** 64-bit signed integer, {@code long[]}. */
  INT64("<i8", 8),
  /** 8-bit unsigned integer, the bits in a {@code byte[]}. */
  UINT8("|u1", 1),
  /** Truth value, 0 or 1 in a {@code byte[]}. */
  BOOL("|b1", 1);

  private final String description;
  private final int bytes;

  NpyType(String description, int bytes) {
    this.description = description;
    this.bytes = bytes;
  }

  /** NumPy's name for it in a little-endian file. */
  String description() {
    return description;
  }

  /** Bytes in one element. */
  int bytes() {
    return bytes;
  }
}
