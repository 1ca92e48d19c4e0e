package retort.graph;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * A dense row-major array with a type and a known shape. Compares by identity; treat the arrays
 * that it hands out as read-only.
 *
 * <p>Weights of floating types are held as {@code float[]}, or stay in the file they come from
 * until they are asked for; what the interpreter computes is held as {@code double[]} whatever the
 * declared type, so that it can serve as an oracle. Integers and booleans (0 and 1) are {@code
 * long[]}.
 */
public final class Tensor {
  /** More dimensions than a tensor of any network has. */
  public static final int MAX_RANK = 32;

  private final DataType type;
  private final int[] shape;
  private final Object data;

  private Tensor(DataType type, int[] shape, Object data, int length) {
    if (elements(shape) != length) {
      throw new GraphException(
          "a tensor of shape "
              + Arrays.toString(shape)
              + " needs "
              + elements(shape)
              + " values, but "
              + length
              + " were given");
    }
    this.type = type;
    this.shape = shape.clone();
    this.data = data;
  }

  /** A float32 tensor over {@code values}, which are not copied. */
  public static Tensor floats(int[] shape, float... values) {
    return new Tensor(DataType.FLOAT32, shape, values, values.length);
  }

  /**
   * A tensor of a floating {@code type} whose values stay where they are until they are asked for,
   * and are read anew each time: so a network of several GB passes through a small heap.
   *
   * @param source reads all values in row-major order, and may throw what its file deserves
   */
  public static Tensor stored(DataType type, int[] shape, Supplier<float[]> source) {
    if (!type.isFloating()) {
      throw new IllegalArgumentException(type + " holds integers");
    }
    return new Tensor(type, shape, source, elements(shape));
  }

  /** A float64 tensor whose values stay where they are, as those of {@link #stored}. */
  public static Tensor storedDoubles(int[] shape, Supplier<double[]> source) {
    return new Tensor(DataType.FLOAT64, shape, source, elements(shape));
  }

  /**
   * A tensor of any type whose values stay where they are, as those of {@link #stored}.
   *
   * @param source reads a tensor of this type and of as many values
   */
  public static Tensor readWhenAsked(DataType type, int[] shape, Supplier<Tensor> source) {
    Supplier<Object> values = () -> source.get().held();
    return new Tensor(type, shape, values, elements(shape));
  }

  /** A tensor of a floating {@code type} held in double precision; the values are not copied. */
  public static Tensor reals(DataType type, int[] shape, double... values) {
    if (!type.isFloating()) {
      throw new IllegalArgumentException(type + " holds integers");
    }
    return new Tensor(type, shape, values, values.length);
  }

  /** A tensor of an integer or boolean {@code type}; the values are not copied. */
  public static Tensor integers(DataType type, int[] shape, long... values) {
    if (type.isFloating()) {
      throw new IllegalArgumentException(type + " holds real numbers");
    }
    return new Tensor(type, shape, values, values.length);
  }

  /** A one-dimensional int64 tensor. */
  public static Tensor vector(long... values) {
    return integers(DataType.INT64, new int[] {values.length}, values);
  }

  /** A float32 tensor of rank 0. */
  public static Tensor scalar(double value) {
    return reals(DataType.FLOAT32, new int[0], value);
  }

  public DataType type() {
    return type;
  }

  /** The dimensions, as a copy. */
  public int[] shape() {
    return shape.clone();
  }

  public int rank() {
    return shape.length;
  }

  public int dim(int axis) {
    return shape[axis];
  }

  /** How many values the tensor holds. */
  public int elements() {
    return elements(shape);
  }

  /** The values as doubles: the tensor's own array where it holds doubles, else a copy. */
  public double[] reals() {
    Object held = held();
    if (held instanceof double[] doubles) {
      return doubles;
    }
    double[] result = new double[elements()];
    if (held instanceof float[] floats) {
      for (int i = 0; i < result.length; i++) {
        result[i] = floats[i];
      }
    } else {
      long[] longs = (long[]) held;
      for (int i = 0; i < result.length; i++) {
        result[i] = longs[i];
      }
    }
    return result;
  }

  /** The array of values, read from where they are stored. */
  private Object held() {
    if (!(data instanceof Supplier<?> source)) {
      return data;
    }
    Object read = source.get();
    if (Array.getLength(read) != elements()) {
      throw new GraphException(
          "a stored tensor of shape "
              + Arrays.toString(shape)
              + " needs "
              + elements()
              + " values, but "
              + Array.getLength(read)
              + " were read");
    }
    return read;
  }

  /** The values as floats: the tensor's own array where it holds floats, else a copy. */
  public float[] floats() {
    Object held = held();
    if (held instanceof float[] floats) {
      return floats;
    }
    double[] doubles = held instanceof double[] stored ? stored : reals();
    float[] result = new float[doubles.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) doubles[i];
    }
    return result;
  }

  /** The values as integers; real numbers are truncated towards zero. */
  public long[] integers() {
    Object held = held();
    if (held instanceof long[] longs) {
      return longs;
    }
    double[] doubles = held instanceof double[] stored ? stored : reals();
    long[] result = new long[doubles.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (long) doubles[i];
    }
    return result;
  }

  /** The same values under another shape of as many elements. */
  public Tensor reshaped(int... newShape) {
    return new Tensor(type, newShape, data, elements());
  }

  /** How many values a shape holds. */
  public static int elements(int... shape) {
    int product = 1;
    for (int dim : shape) {
      product = Math.multiplyExact(product, dim);
    }
    return product;
  }

  /**
   * How many values a shape counts, where no tensor need exist: a probing batch of large images has
   * more values than an array.
   */
  static long count(int... shape) {
    long product = 1;
    for (int dim : shape) {
      product = Math.multiplyExact(product, dim);
    }
    return product;
  }

  /** Whether both tensors have one type, one shape and equal values. */
  public boolean sameAs(Tensor other) {
    return type == other.type
        && Arrays.equals(shape, other.shape)
        && (type.isFloating()
            ? Arrays.equals(reals(), other.reals())
            : Arrays.equals(integers(), other.integers()));
  }

  @Override
  public String toString() {
    return type + Arrays.toString(shape);
  }
}
