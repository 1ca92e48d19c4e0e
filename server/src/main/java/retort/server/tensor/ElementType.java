package retort.server.tensor;

/** What the elements of a tensor are. */
public enum ElementType {
  BOOL(1),
  INT8(1),
  INT16(2),
  INT32(4),
  INT64(8),
  UINT8(1),
  UINT16(2),
  UINT32(4),
  UINT64(8),
  FP16(2),
  BF16(2),
  FP32(4),
  FP64(8),

  /** Texts, which have no width. */
  STRING(0);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Of one element; 0 for texts. */
  public int bytes() {
    return bytes;
  }

  /** How many elements a shape has. */
  static long elements(Iterable<Long> shape) {
    long elements = 1;
    for (long dim : shape) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "shape " + shape + " has a dimension of " + dim + ", but each is at least 0");
      }
      try {
        elements = Math.multiplyExact(elements, dim);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException("shape " + shape + " has more than 2^63 elements", e);
      }
    }
    return elements;
  }
}
