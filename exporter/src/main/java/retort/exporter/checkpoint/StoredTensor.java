package retort.exporter.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import retort.graph.Tensor;

/**
 * A view of a storage: where its first element is, and how far apart elements are along each axis,
 * counted in elements.
 */
final class StoredTensor {
  private static final int CHUNK_BYTES = 1 << 16;

  /** Up to here a view may repeat or skip elements as it likes. */
  private static final int SMALL = 1 << 16;

  private static final int MAX_RANK = 64;

  private final Storage storage;
  private final long first;
  private final int[] shape;
  private final long[] strides;
  private final int count;

  /** From the first element to the last, both included. */
  private final long extent;

  /**
   * A view that is known to lie in its storage.
   *
   * @throws IllegalArgumentException with the reason when it does not
   */
  StoredTensor(Storage storage, long first, long[] shape, long[] strides) {
    this.storage = storage;
    this.first = first;
    this.strides = strides.clone();
    String words = "a view of shape " + Words.plain(Arrays.toString(shape));
    if (shape.length != strides.length || shape.length > MAX_RANK) {
      throw new IllegalArgumentException(words + " has " + strides.length + " strides");
    }
    try {
      this.shape = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
      count = Tensor.elements(this.shape);
      long last = 0;
      for (int axis = 0; axis < shape.length; axis++) {
        if (shape[axis] < 0 || strides[axis] < 0) {
          throw new IllegalArgumentException(words + " has negative sizes or strides");
        }
        last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[axis] - 1), strides[axis]));
      }
      extent = count == 0 ? 0 : Math.addExact(last, 1);
      if (first < 0 || Math.addExact(first, extent) > storage.elements()) {
        throw new IllegalArgumentException(
            words
                + " that begins at element "
                + first
                + " leaves its storage of "
                + storage.elements()
                + " elements");
      }
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(words + " has more elements than Retort can hold", e);
    }
    if (count > SMALL && count > storage.elements()) {
      throw new IllegalArgumentException(words + " repeats the few elements of its storage");
    }
    if (!contiguous() && extent > Math.min(Integer.MAX_VALUE - 8L, Math.max(1 << 24, 4L * count))) {
      throw new IllegalArgumentException(
          words + " is scattered over " + extent + " elements; save a contiguous copy of it");
    }
  }

  /** All of a storage, row by row. */
  static StoredTensor contiguous(Storage storage, long[] shape) {
    return new StoredTensor(storage, 0, shape, rowMajor(shape));
  }

  /** All of a storage, column by column, as Fortran does. */
  static StoredTensor columnMajor(Storage storage, long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = 0; axis < shape.length; axis++) {
      strides[axis] = stride;
      stride = saturated(stride, shape[axis]);
    }
    return new StoredTensor(storage, 0, shape, strides);
  }

  private static long[] rowMajor(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride = saturated(stride, shape[axis]);
    }
    return strides;
  }

  /** Too large a shape is refused later, when its elements are counted. */
  private static long saturated(long stride, long size) {
    return Math.multiplyHigh(stride, size) == 0 ? Math.abs(stride * size) : Long.MAX_VALUE;
  }

  int rank() {
    return shape.length;
  }

  /** How many elements it has. */
  int count() {
    return count;
  }

  /** The tensor, whose values are read when somebody asks. */
  Tensor tensor() {
    return Tensor.readWhenAsked(storage.type().type(), shape, this::read);
  }

  /** The values, now. */
  Tensor read() {
    ElementType type = storage.type();
    Object run = type.array((int) (contiguous() ? count : extent));
    read(run, contiguous() ? count : (int) extent);
    if (contiguous()) {
      return type.tensor(shape, run);
    }
    Object values = type.array(count);
    gather(run, values);
    return type.tensor(shape, values);
  }

  private boolean contiguous() {
    long stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] != 1 && strides[axis] != stride && count > 0) {
        return false;
      }
      stride *= Math.max(1, shape[axis]);
    }
    return true;
  }

  private void read(Object into, int elements) {
    if (elements == 0) {
      return;
    }
    ElementType type = storage.type();
    byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, (long) elements * type.bytes())];
    try (ByteCursor in = new ByteCursor(storage.bytes(), storage.position(first))) {
      int perChunk = chunk.length / type.bytes();
      for (int at = 0; at < elements; at += perChunk) {
        int now = Math.min(perChunk, elements - at);
        byte[] bytes = now == perChunk ? chunk : new byte[now * type.bytes()];
        in.read(bytes);
        type.decode(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), into, at, now);
      }
    }
  }

  /** Picks the elements of the view, in row-major order, from all between its first and last. */
  private void gather(Object from, Object into) {
    int[] index = new int[shape.length];
    int source = 0;
    for (int target = 0; target < count; target++) {
      System.arraycopy(from, source, into, target, 1);
      int axis = shape.length - 1;
      while (axis >= 0 && ++index[axis] == shape[axis]) {
        source -= Math.toIntExact(strides[axis] * (shape[axis] - 1));
        index[axis] = 0;
        axis--;
      }
      if (axis >= 0) {
        source += Math.toIntExact(strides[axis]);
      }
    }
  }
}
