package retort.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import retort.graph.DataType;
import retort.graph.HalfPrecision;
import retort.graph.Tensor;

/** Writes a tensor's values as files hold them, little-endian, in small parts. */
final class RawValues {
  private static final int PART = 1 << 16;

  private RawValues() {}

  /** How many bytes the values take. */
  static long length(Tensor tensor) {
    return (long) tensor.elements() * TensorMessages.bytes(tensor.type());
  }

  /** Puts the values from index {@code start} up to {@code end}. */
  private interface Values {
    void put(int start, int end);
  }

  static void write(Tensor tensor, OutputStream out) throws IOException {
    DataType type = tensor.type();
    int size = TensorMessages.bytes(type);
    int count = tensor.elements();
    ByteBuffer part = ByteBuffer.allocate((int) Math.min(PART, length(tensor)));
    part.order(ByteOrder.LITTLE_ENDIAN);
    Values values = values(tensor, part);
    for (int start = 0; start < count; start += PART / size) {
      int end = (int) Math.min(count, start + (long) PART / size);
      part.clear();
      values.put(start, end);
      out.write(part.array(), 0, (end - start) * size);
    }
  }

  private static Values values(Tensor tensor, ByteBuffer to) {
    DataType type = tensor.type();
    if (type == DataType.FLOAT64) {
      double[] reals = tensor.reals();
      return (start, end) -> to.asDoubleBuffer().put(reals, start, end - start);
    }
    if (!type.isFloating()) {
      long[] integers = tensor.integers();
      return (start, end) -> {
        for (int i = start; i < end; i++) {
          put(integers[i], TensorMessages.bytes(type), to);
        }
      };
    }
    float[] floats = tensor.floats();
    if (type == DataType.FLOAT32) {
      return (start, end) -> to.asFloatBuffer().put(floats, start, end - start);
    }
    return (start, end) -> {
      for (int i = start; i < end; i++) {
        to.putShort(
            type == DataType.FLOAT16
                ? HalfPrecision.toFloat16(floats[i])
                : HalfPrecision.toBfloat16(floats[i]));
      }
    };
  }

  private static void put(long value, int size, ByteBuffer to) {
    switch (size) {
      case 8 -> to.putLong(value);
      case 4 -> to.putInt((int) value);
      case 2 -> to.putShort((short) value);
      default -> to.put((byte) value);
    }
  }
}
