package retort.statistics;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import retort.graph.DataType;
import retort.graph.HalfPrecision;

/** The elements of a .npy file, between its bytes and Java arrays. */
final class NpyElements {

  private static final int CHUNK_ELEMENTS = 1 << 15;

  private NpyElements() {}

  static NpyArray read(InputStream in, NpyHeader header, String name) throws IOException {
    int[] shape = header.shape().stream().mapToInt(Integer::intValue).toArray();
    Object elements = readAll(in, header, count(shape, name), name);
    if (header.fortranOrder() && shape.length > 1) {
      elements = toRowMajor(elements, shape, NpyArray.count(shape));
    }
    return new NpyArray(header.type(), shape, elements);
  }

  static void write(OutputStream out, NpyArray array) throws IOException {
    Object elements = array.elements();
    int count = array.count();
    int bytes = array.type().bytes();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_ELEMENTS * bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int first = 0; first < count; first += CHUNK_ELEMENTS) {
      int size = Math.min(CHUNK_ELEMENTS, count - first);
      chunk.clear();
      encode(elements, first, size, chunk);
      out.write(chunk.array(), 0, size * bytes);
    }
  }

  private static int count(int[] shape, String name) {
    try {
      return NpyArray.count(shape);
    } catch (IllegalArgumentException e) {
      throw new NpyException(name + ": " + e.getMessage(), e);
    }
  }

  private static Object readAll(InputStream in, NpyHeader header, int count, String name)
      throws IOException {
    int bytes = header.storedBytes();
    byte[] chunk = new byte[Math.min(count, CHUNK_ELEMENTS) * bytes];
    Object elements = null;
    for (int first = 0; first < count; first += CHUNK_ELEMENTS) {
      int size = Math.min(CHUNK_ELEMENTS, count - first);
      int read = in.readNBytes(chunk, 0, size * bytes);
      if (read < size * bytes) {
        throw new NpyException(
            "%s: the header promises %s%s, %d bytes, but only %d follow. The file is cut off: copy or download it again"
                .formatted(
                    name,
                    header.half() ? "float16 as " : "",
                    header.type() + header.shape().toString(),
                    (long) count * bytes,
                    (long) first * bytes + read));
      }
      if (elements == null) {
        elements = allocate(header.type(), count);
      }
      decode(ByteBuffer.wrap(chunk).order(header.order()), header.half(), elements, first, size);
    }
    return elements == null ? allocate(header.type(), 0) : elements;
  }

  private static Object allocate(NpyType type, int count) {
    return switch (type) {
      case FLOAT32 -> new float[count];
      case FLOAT64 -> new double[count];
      case INT32 -> new int[count];
      case INT64 -> new long[count];
      case UINT8, BOOL -> new byte[count];
    };
  }

  private static void decode(ByteBuffer from, boolean half, Object elements, int first, int size) {
    if (elements instanceof float[] floats && half) {
      for (int i = 0; i < size; i++) {
        floats[first + i] = (float) HalfPrecision.toDouble(DataType.FLOAT16, from.getShort());
      }
    } else if (elements instanceof float[] floats) {
      from.asFloatBuffer().get(floats, first, size);
    } else if (elements instanceof double[] doubles) {
      from.asDoubleBuffer().get(doubles, first, size);
    } else if (elements instanceof int[] ints) {
      from.asIntBuffer().get(ints, first, size);
    } else if (elements instanceof long[] longs) {
      from.asLongBuffer().get(longs, first, size);
    } else {
      from.get((byte[]) elements, first, size);
    }
  }

  private static void encode(Object elements, int first, int size, ByteBuffer to) {
    if (elements instanceof float[] floats) {
      to.asFloatBuffer().put(floats, first, size);
    } else if (elements instanceof double[] doubles) {
      to.asDoubleBuffer().put(doubles, first, size);
    } else if (elements instanceof int[] ints) {
      to.asIntBuffer().put(ints, first, size);
    } else if (elements instanceof long[] longs) {
      to.asLongBuffer().put(longs, first, size);
    } else {
      to.put((byte[]) elements, first, size);
    }
  }

  /** From Fortran order, where the first index runs fastest, to C order, where the last does. */
  private static Object toRowMajor(Object columnMajor, int[] shape, int count) {
    Object rowMajor = Array.newInstance(columnMajor.getClass().getComponentType(), count);
    int[] strides = new int[shape.length];
    int stride = 1;
    for (int axis = 0; axis < shape.length; axis++) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    int[] index = new int[shape.length];
    int source = 0;
    for (int target = 0; target < count; target++) {
      System.arraycopy(columnMajor, source, rowMajor, target, 1);
      int axis = shape.length - 1;
      while (axis >= 0 && ++index[axis] == shape[axis]) {
        source -= strides[axis] * (shape[axis] - 1);
        index[axis] = 0;
        axis--;
      }
      if (axis >= 0) {
        source += strides[axis];
      }
    }
    return rowMajor;
  }
}
