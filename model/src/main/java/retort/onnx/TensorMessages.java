package retort.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import retort.graph.DataType;
import retort.graph.GraphException;
import retort.graph.HalfPrecision;
import retort.graph.Tensor;

/** Tensors as ONNX messages, little-endian in {@code raw_data} or in the typed fields. */
final class TensorMessages {
  private TensorMessages() {}

  /** A message with the tensor's values as raw data. */
  static TensorProto write(String name, Tensor tensor) {
    TensorProto.Builder message =
        TensorProto.newBuilder().setName(name).setDataType(tensor.type().onnxCode());
    for (int dim : tensor.shape()) {
      message.addDims(dim);
    }
    return message.setRawData(ByteString.copyFrom(raw(tensor))).build();
  }

  /** Bytes of one element. */
  static int bytes(DataType type) {
    return switch (type) {
      case FLOAT64, INT64 -> 8;
      case FLOAT32, INT32 -> 4;
      case FLOAT16, BFLOAT16, INT16 -> 2;
      case UINT8, INT8, BOOL -> 1;
    };
  }

  private static byte[] raw(Tensor tensor) {
    DataType type = tensor.type();
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(tensor.elements(), bytes(type)))
            .order(ByteOrder.LITTLE_ENDIAN);
    if (type == DataType.FLOAT64) {
      bytes.asDoubleBuffer().put(tensor.reals());
    } else if (type == DataType.FLOAT32) {
      bytes.asFloatBuffer().put(tensor.floats());
    } else if (type == DataType.FLOAT16) {
      for (float value : tensor.floats()) {
        bytes.putShort(HalfPrecision.toFloat16(value));
      }
    } else if (type == DataType.BFLOAT16) {
      for (float value : tensor.floats()) {
        bytes.putShort(HalfPrecision.toBfloat16(value));
      }
    } else {
      for (long value : tensor.integers()) {
        switch (bytes(type)) {
          case 8 -> bytes.putLong(value);
          case 4 -> bytes.putInt((int) value);
          case 2 -> bytes.putShort((short) value);
          default -> bytes.put((byte) value);
        }
      }
    }
    return bytes.array();
  }

  /**
   * The tensor of a message whose values stand in the message.
   *
   * @throws OnnxException when the values are not as many as the dimensions say
   * @throws GraphException when the element type is not supported
   */
  static Tensor read(TensorProto message) {
    DataType type = DataType.ofOnnxCode(message.getDataType());
    int[] shape = shape(message);
    if (message.hasRawData()) {
      return read(message.getName(), type, shape, message.getRawData().asReadOnlyByteBuffer());
    }
    int count = Tensor.elements(shape);
    int given = given(message, type);
    if (given != count) {
      throw miscounted(message.getName(), shape, count, given);
    }
    switch (type) {
      case FLOAT32 -> {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
          values[i] = message.getFloatData(i);
        }
        return Tensor.floats(shape, values);
      }
      case FLOAT64 -> {
        double[] values =
            message.getDoubleDataList().stream().mapToDouble(Double::doubleValue).toArray();
        return Tensor.reals(type, shape, values);
      }
      case FLOAT16, BFLOAT16 -> {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
          values[i] = HalfPrecision.toDouble(type, (short) message.getInt32Data(i));
        }
        return Tensor.reals(type, shape, values);
      }
      case INT64 -> {
        long[] values = message.getInt64DataList().stream().mapToLong(Long::longValue).toArray();
        return Tensor.integers(type, shape, values);
      }
      default -> {
        long[] values = message.getInt32DataList().stream().mapToLong(Long::valueOf).toArray();
        return Tensor.integers(type, shape, values);
      }
    }
  }

  private static int given(TensorProto message, DataType type) {
    return switch (type) {
      case FLOAT32 -> message.getFloatDataCount();
      case FLOAT64 -> message.getDoubleDataCount();
      case INT64 -> message.getInt64DataCount();
      default -> message.getInt32DataCount();
    };
  }

  /** The dimensions of a message. */
  static int[] shape(TensorProto message) {
    try {
      int[] shape = message.getDimsList().stream().mapToInt(Math::toIntExact).toArray();
      if (Arrays.stream(shape).anyMatch(dim -> dim < 0)) {
        throw new ArithmeticException("negative");
      }
      Tensor.elements(shape);
      return shape;
    } catch (ArithmeticException e) {
      throw new OnnxException(
          "tensor '"
              + message.getName()
              + "' has dimensions "
              + message.getDimsList()
              + ", which are negative or too large; the file is damaged",
          e);
    }
  }

  /** The tensor whose values are the bytes. */
  static Tensor read(String name, DataType type, int[] shape, ByteBuffer raw) {
    int count = Tensor.elements(shape);
    if (raw.remaining() != (long) count * bytes(type)) {
      throw miscounted(name, shape, count, raw.remaining() / bytes(type));
    }
    ByteBuffer bytes = raw.order(ByteOrder.LITTLE_ENDIAN);
    if (type == DataType.FLOAT32) {
      float[] values = new float[count];
      bytes.asFloatBuffer().get(values);
      return Tensor.floats(shape, values);
    }
    if (type.isFloating()) {
      double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] =
            type == DataType.FLOAT64
                ? bytes.getDouble()
                : HalfPrecision.toDouble(type, bytes.getShort());
      }
      return Tensor.reals(type, shape, values);
    }
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (type) {
            case INT64 -> bytes.getLong();
            case INT32 -> bytes.getInt();
            case INT16 -> bytes.getShort();
            case UINT8 -> Byte.toUnsignedLong(bytes.get());
            default -> bytes.get();
          };
    }
    return Tensor.integers(type, shape, values);
  }

  private static OnnxException miscounted(String name, int[] shape, int count, int given) {
    return new OnnxException(
        "tensor '"
            + name
            + "' of shape "
            + Arrays.toString(shape)
            + " needs "
            + count
            + " values but has "
            + given
            + "; the file is incomplete, export or copy it again");
  }
}
