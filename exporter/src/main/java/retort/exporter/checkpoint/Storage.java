package retort.exporter.checkpoint;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run of elements that tensors share: PyTorch's storage. Older files say where its bytes are only
 * after everything that refers to it.
 */
final class Storage {
  private final ElementType type;
  private final long elements;
  private final Storage root;
  private final long firstByte;

  private @Nullable ByteSource bytes;

  /** A storage whose bytes are not known yet. */
  Storage(ElementType type, long elements) {
    this.type = type;
    this.elements = elements;
    root = this;
    firstByte = 0;
  }

  /** A storage that begins where the bytes begin. */
  Storage(ElementType type, ByteSource bytes) {
    this(type, bytes.size() / type.bytes());
    this.bytes = bytes;
  }

  private Storage(ElementType type, long elements, Storage root, long firstByte) {
    this.type = type;
    this.elements = elements;
    this.root = root;
    this.firstByte = firstByte;
  }

  ElementType type() {
    return type;
  }

  long elements() {
    return elements;
  }

  /** Says where the bytes are. */
  void place(ByteSource source) {
    bytes = source;
  }

  boolean placed() {
    return root.bytes != null;
  }

  /** Where the bytes are. */
  ByteSource bytes() {
    return Objects.requireNonNull(root.bytes, "placed by the reader of the file");
  }

  /** Of an element, among the bytes. */
  long position(long element) {
    return firstByte + element * type.bytes();
  }

  /** Some of the elements; the caller has checked that they are there. */
  Storage part(long first, long count) {
    return new Storage(type, count, root, position(first));
  }

  /** The same bytes as elements of another type. */
  Storage as(ElementType other) {
    return new Storage(other, elements * type.bytes() / other.bytes(), root, firstByte);
  }
}
