package retort.statistics;

import java.lang.reflect.Array;
import java.util.Arrays;

/**
 * An array of a NumPy file: type, shape, and elements in C order.
 *
 * <p>Compares by identity. It wraps the array it was made from and {@link #floats} and its siblings
 * may hand that array out, so treat the elements as read-only; then it is safe to share between
 * threads.
 */
public final class NpyArray {

  private final NpyType type;
  private final int[] shape;

  /** A float[], double[], int[], long[] or byte[], as the type says. */
  private final Object elements;

  NpyArray(NpyType type, int[] shape, Object elements) {
    this.type = type;
    this.shape = shape.clone();
    this.elements = elements;
    int length = Array.getLength(elements);
    if (length != count(shape)) {
      throw new IllegalArgumentException(
          "shape " + Arrays.toString(shape) + " does not hold " + length + " elements");
    }
  }

  /** A float32 array. */
  public static NpyArray of(float[] elements, int... shape) {
    return new NpyArray(NpyType.FLOAT32, shape, elements);
  }

  /** A float64 array. */
  public static NpyArray of(double[] elements, int... shape) {
    return new NpyArray(NpyType.FLOAT64, shape, elements);
  }

  /** An int32 array. */
  public static NpyArray of(int[] elements, int... shape) {
    return new NpyArray(NpyType.INT32, shape, elements);
  }

  /** An int64 array. */
  public static NpyArray of(long[] elements, int... shape) {
    return new NpyArray(NpyType.INT64, shape, elements);
  }

  /** A uint8 array: a byte holds the bits of a number from 0 to 255. */
  public static NpyArray ofUnsignedBytes(byte[] elements, int... shape) {
    return new NpyArray(NpyType.UINT8, shape, elements);
  }

  /** An array of truth values. */
  public static NpyArray of(boolean[] elements, int... shape) {
    byte[] bytes = new byte[elements.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (elements[i] ? 1 : 0);
    }
    return new NpyArray(NpyType.BOOL, shape, bytes);
  }

  /** The element type. */
  public NpyType type() {
    return type;
  }

  /** The shape, a new array; empty for a single number. */
  public int[] shape() {
    return shape.clone();
  }

  /** The number of elements. */
  public int count() {
    return count(shape);
  }

  /** The elements as float32: as they are, or converted and rounded from any other type. */
  public float[] floats() {
    if (elements instanceof float[] floats) {
      return floats;
    }
    float[] floats = new float[count()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) real(i);
    }
    return floats;
  }

  /** The elements as float64: as they are, or converted from any other type. */
  public double[] doubles() {
    if (elements instanceof double[] doubles) {
      return doubles;
    }
    double[] doubles = new double[count()];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = real(i);
    }
    return doubles;
  }

  /**
   * The elements of an integer or truth-value array as 64-bit integers.
   *
   * @throws IllegalStateException when this is a floating-point array
   */
  public long[] longs() {
    if (elements instanceof long[] longs) {
      return longs;
    }
    long[] longs = new long[count()];
    if (elements instanceof int[] ints) {
      Arrays.setAll(longs, i -> ints[i]);
      return longs;
    }
    if (elements instanceof byte[] bytes) {
      Arrays.setAll(longs, i -> Byte.toUnsignedLong(bytes[i]));
      return longs;
    }
    throw new IllegalStateException(
        "array " + this + " holds no integers: read it with floats() or doubles()");
  }

  /**
   * The elements of a uint8 or truth-value array, as stored.
   *
   * @throws IllegalStateException when this is any other array
   */
  public byte[] bytes() {
    if (elements instanceof byte[] bytes) {
      return bytes;
    }
    throw new IllegalStateException(
        "array " + this + " holds no bytes: read it with floats(), doubles() or longs()");
  }

  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }

  /** The array that holds the elements. */
  Object elements() {
    return elements;
  }

  private double real(int i) {
    if (elements instanceof float[] floats) {
      return floats[i];
    }
    if (elements instanceof double[] doubles) {
      return doubles[i];
    }
    if (elements instanceof long[] longs) {
      return (double) longs[i];
    }
    if (elements instanceof int[] ints) {
      return ints[i];
    }
    return Byte.toUnsignedInt(((byte[]) elements)[i]);
  }

  /** The product of a shape, checked to fit a Java array. */
  static int count(int[] shape) {
    long count = 1;
    for (int size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException(
            "shape " + Arrays.toString(shape) + " has a negative dimension");
      }
      count *= size;
      if (count > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "shape "
                + Arrays.toString(shape)
                + " has more than "
                + Integer.MAX_VALUE
                + " elements, which no Java array holds: split the file");
      }
    }
    return (int) count;
  }
}
