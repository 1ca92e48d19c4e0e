package retort.server.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor: elements in row-major order, numbers as bytes in the machine's order (little-endian
 * wherever the runtime is to be had), texts as they are.
 */
public final class TensorValue {
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  private final ElementType type;
  private final List<Long> shape;
  private final ByteBuffer bytes;
  private final List<String> texts;

  private TensorValue(ElementType type, List<Long> shape, ByteBuffer bytes, List<String> texts) {
    this.type = type;
    this.shape = shape;
    this.bytes = bytes;
    this.texts = texts;
  }

  /**
   * A tensor of numbers.
   *
   * @param bytes from its position to its limit; not copied. In direct memory it reaches the
   *     network without a copy
   * @throws IllegalArgumentException when the bytes are not as many as the shape takes
   */
  public static TensorValue of(ElementType type, List<Long> shape, ByteBuffer bytes) {
    if (type == ElementType.STRING) {
      throw new IllegalArgumentException("texts have no bytes of their own; pass them as a list");
    }
    long elements = ElementType.elements(shape);
    // Divided, since the product may not fit into a long.
    if (bytes.remaining() % type.bytes() != 0 || bytes.remaining() / type.bytes() != elements) {
      throw new IllegalArgumentException(
          "a tensor "
              + type
              + shape
              + " has "
              + elements
              + " elements of "
              + type.bytes()
              + " bytes each, but "
              + bytes.remaining()
              + " bytes are given");
    }
    return new TensorValue(type, List.copyOf(shape), bytes.slice(), List.of());
  }

  /**
   * A tensor of texts.
   *
   * @throws IllegalArgumentException when the texts are not as many as the shape takes
   */
  public static TensorValue ofTexts(List<Long> shape, List<String> texts) {
    long elements = ElementType.elements(shape);
    if (texts.size() != elements) {
      throw new IllegalArgumentException(
          "a tensor STRING"
              + shape
              + " has "
              + elements
              + " elements, but "
              + texts.size()
              + " are given");
    }
    return new TensorValue(ElementType.STRING, List.copyOf(shape), NONE, List.copyOf(texts));
  }

  public ElementType type() {
    return type;
  }

  public List<Long> shape() {
    return shape;
  }

  /** The elements, to be read; empty for texts. */
  public ByteBuffer bytes() {
    return bytes.duplicate().order(ByteOrder.nativeOrder());
  }

  /** The elements of a tensor of texts; empty for numbers. */
  public List<String> texts() {
    return texts;
  }
}
