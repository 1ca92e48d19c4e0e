package retort.exporter.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import retort.graph.DataType;
import retort.graph.HalfPrecision;
import retort.graph.Tensor;

/** Element types by their names in each format, and the Java arrays they are read into. */
enum ElementType {
  FLOAT64(DataType.FLOAT64, 8, "Double", "float64", "F64", "f8"),
  FLOAT32(DataType.FLOAT32, 4, "Float", "float32", "F32", "f4"),
  FLOAT16(DataType.FLOAT16, 2, "Half", "float16", "F16", "f2"),
  BFLOAT16(DataType.BFLOAT16, 2, "BFloat16", "bfloat16", "BF16", ""),
  INT64(DataType.INT64, 8, "Long", "int64", "I64", "i8"),
  INT32(DataType.INT32, 4, "Int", "int32", "I32", "i4"),
  INT16(DataType.INT16, 2, "Short", "int16", "I16", "i2"),
  INT8(DataType.INT8, 1, "Char", "int8", "I8", "i1"),
  UINT8(DataType.UINT8, 1, "Byte", "uint8", "U8", "u1"),
  BOOL(DataType.BOOL, 1, "Bool", "bool", "BOOL", "b1");

  private static final float[] HALVES = new float[1 << 16];

  static {
    for (int bits = 0; bits < HALVES.length; bits++) {
      HALVES[bits] = (float) HalfPrecision.toDouble(DataType.FLOAT16, (short) bits);
    }
  }

  private final DataType type;
  private final int bytes;
  private final String storage;
  private final String torchName;
  private final String safetensorsName;
  private final String numpyName;

  ElementType(
      DataType type,
      int bytes,
      String storage,
      String torchName,
      String safetensorsName,
      String numpyName) {
    this.type = type;
    this.bytes = bytes;
    this.storage = storage + "Storage";
    this.torchName = torchName;
    this.safetensorsName = safetensorsName;
    this.numpyName = numpyName;
  }

  /** By the name of a PyTorch storage class or element type, such as FloatStorage or float32. */
  static Optional<ElementType> ofTorch(String name) {
    return Arrays.stream(values())
        .filter(type -> type.storage.equals(name) || type.torchName.equals(name))
        .findFirst();
  }

  static Optional<ElementType> ofSafetensors(String name) {
    return Arrays.stream(values()).filter(type -> type.safetensorsName.equals(name)).findFirst();
  }

  /** By NumPy's kind and size, such as f4. */
  static Optional<ElementType> ofNumpy(String name) {
    return Arrays.stream(values())
        .filter(type -> type.numpyName.equals(name) && !name.isEmpty())
        .findFirst();
  }

  DataType type() {
    return type;
  }

  /** Of one element. */
  int bytes() {
    return bytes;
  }

  /** A new float[], double[] or long[]. */
  Object array(int length) {
    if (!type.isFloating()) {
      return new long[length];
    }
    return this == FLOAT64 ? new double[length] : new float[length];
  }

  /** The tensor over such an array. */
  Tensor tensor(int[] shape, Object array) {
    if (array instanceof double[] doubles) {
      return Tensor.reals(type, shape, doubles);
    }
    return array instanceof float[] floats
        ? Tensor.stored(type, shape, () -> floats)
        : Tensor.integers(type, shape, (long[]) array);
  }

  /** Reads little-endian elements from a buffer into such an array. */
  void decode(ByteBuffer from, Object array, int first, int count) {
    switch (this) {
      case FLOAT64 -> from.asDoubleBuffer().get((double[]) array, first, count);
      case FLOAT32 -> from.asFloatBuffer().get((float[]) array, first, count);
      case INT64 -> from.asLongBuffer().get((long[]) array, first, count);
      case FLOAT16, BFLOAT16 -> {
        float[] floats = (float[]) array;
        for (int i = first; i < first + count; i++) {
          short bits = from.getShort();
          floats[i] = this == FLOAT16 ? HALVES[bits & 0xffff] : Float.intBitsToFloat(bits << 16);
        }
      }
      default -> {
        long[] longs = (long[]) array;
        for (int i = first; i < first + count; i++) {
          longs[i] = integer(from);
        }
      }
    }
  }

  private long integer(ByteBuffer from) {
    return switch (this) {
      case INT32 -> from.getInt();
      case INT16 -> from.getShort();
      case UINT8 -> from.get() & 0xff;
      case BOOL -> from.get() == 0 ? 0 : 1;
      default -> from.get();
    };
  }
}
