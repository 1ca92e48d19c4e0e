package retort.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import retort.graph.DataType;
import retort.graph.HalfPrecision;
import retort.graph.Tensor;

/**
 * The values of one tensor where they are in a file, little-endian, read in small parts.
 *
 * @param tensor its name, for messages
 * @param file where they are
 * @param offset of the first byte
 * @param length in bytes
 * @param field the field of a tensor's message that they are, which says how they are spelt
 */
record StoredValues(String tensor, DataFile file, long offset, long length, int field) {
  private static final int PART = 1 << 16;

  /** Takes the numbers of one part, from index {@code start} on. */
  private interface Part {
    void take(ByteBuffer bytes, int start, int count);
  }

  /** Whether each number takes as many bytes as its size asks for. */
  boolean isCompact() {
    return field != TensorProto.INT32_DATA_FIELD_NUMBER
        && field != TensorProto.INT64_DATA_FIELD_NUMBER;
  }

  /** The tensor with its values in memory. */
  Tensor tensor(DataType type, int[] shape) {
    int count = Tensor.elements(shape);
    if (!type.isFloating()) {
      return Tensor.integers(type, shape, integers(type, count));
    }
    if (type == DataType.FLOAT64) {
      return Tensor.reals(type, shape, doubles(count));
    }
    float[] values = floats(type, count);
    return type == DataType.FLOAT32
        ? Tensor.floats(shape, values)
        : Tensor.stored(type, shape, () -> values);
  }

  /** The same tensor, whose values are read anew each time they are asked for. */
  Tensor stored(DataType type, int[] shape) {
    int count = Tensor.elements(shape);
    return type == DataType.FLOAT64
        ? Tensor.storedDoubles(shape, () -> doubles(count))
        : Tensor.stored(type, shape, () -> floats(type, count));
  }

  private float[] floats(DataType type, int count) {
    float[] values = new float[count];
    if (!isCompact()) {
      integers(type, count, (i, bits) -> values[i] = half(type, (short) bits));
    } else if (type == DataType.FLOAT32) {
      parts(4, count, (bytes, start, n) -> bytes.asFloatBuffer().get(values, start, n));
    } else {
      parts(
          2,
          count,
          (bytes, start, n) -> {
            for (int i = start; i < start + n; i++) {
              values[i] = half(type, bytes.getShort());
            }
          });
    }
    return values;
  }

  private static float half(DataType type, short bits) {
    return (float) HalfPrecision.toDouble(type, bits);
  }

  private double[] doubles(int count) {
    double[] values = new double[count];
    parts(8, count, (bytes, start, n) -> bytes.asDoubleBuffer().get(values, start, n));
    return values;
  }

  private long[] integers(DataType type, int count) {
    long[] values = new long[count];
    integers(type, count, (i, value) -> values[i] = value);
    return values;
  }

  /** Takes an integer and its index. */
  private interface Integers {
    void take(int i, long value);
  }

  private void integers(DataType type, int count, Integers into) {
    if (!isCompact()) {
      spelt(count, into);
      return;
    }
    parts(
        TensorMessages.bytes(type),
        count,
        (bytes, start, n) -> {
          for (int i = start; i < start + n; i++) {
            into.take(i, integer(type, bytes));
          }
        });
  }

  private static long integer(DataType type, ByteBuffer bytes) {
    return switch (type) {
      case INT64 -> bytes.getLong();
      case INT32 -> bytes.getInt();
      case INT16 -> bytes.getShort();
      case UINT8 -> Byte.toUnsignedLong(bytes.get());
      default -> bytes.get();
    };
  }

  /** Integers of as many bytes each as they need. */
  private void spelt(int count, Integers into) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(file.stream(offset, length));
      for (int i = 0; i < count; i++) {
        into.take(i, in.readInt64());
      }
      if (!in.isAtEnd()) {
        throw new OnnxException(
            "tensor '"
                + tensor
                + "' has more values than the "
                + count
                + " that its dimensions say; the file is damaged, export or copy it again");
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private void parts(int size, int count, Part part) {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(PART, (long) count * size));
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    try {
      for (int start = 0; start < count; start += PART / size) {
        int n = Math.min(PART / size, count - start);
        bytes.clear().limit(n * size);
        file.read(offset + (long) start * size, bytes);
        part.take(bytes.flip(), start, n);
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private OnnxException unreadable(IOException e) {
    return new OnnxException(
        "tensor '"
            + tensor
            + "' cannot be read from "
            + file.name()
            + ", byte "
            + offset
            + " ("
            + e
            + "); export or copy the file again, and leave it as it is while it is in use",
        e);
  }
}
