package retort.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
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
    ByteString.Output values = ByteString.newOutput(Math.toIntExact(RawValues.length(tensor)));
    try {
      RawValues.write(tensor, values);
    } catch (IOException e) {
      throw new IllegalStateException("memory is written without failing", e);
    }
    return header(name, tensor).setRawData(values.toByteString()).build();
  }

  /** A message that lacks the tensor's values. */
  static TensorProto.Builder header(String name, Tensor tensor) {
    TensorProto.Builder message =
        TensorProto.newBuilder().setName(name).setDataType(tensor.type().onnxCode());
    for (int dim : tensor.shape()) {
      message.addDims(dim);
    }
    return message;
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
      return raw(message, type, shape);
    }
    int count = Tensor.elements(shape);
    int given = given(message, type);
    if (given != count) {
      throw miscounted(message.getName(), type, shape, (long) given * bytes(type));
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

  private static Tensor raw(TensorProto message, DataType type, int[] shape) {
    byte[] bytes = message.getRawData().toByteArray();
    if (bytes.length != (long) Tensor.elements(shape) * bytes(type)) {
      throw miscounted(message.getName(), type, shape, bytes.length);
    }
    StoredValues values =
        new StoredValues(
            message.getName(),
            DataFile.of(bytes),
            0,
            bytes.length,
            TensorProto.RAW_DATA_FIELD_NUMBER);
    return values.tensor(type, shape);
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
      if (message.getDimsCount() > Tensor.MAX_RANK) {
        throw new ArithmeticException("too many");
      }
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
              + message.getDimsList().stream().limit(Tensor.MAX_RANK).toList()
              + ", which are negative, too large or too many; the file is damaged, export or copy it"
              + " again",
          e);
    }
  }

  /** Whether a field of a message may hold values of a type. */
  static boolean spells(int field, DataType type) {
    return switch (field) {
      case TensorProto.RAW_DATA_FIELD_NUMBER -> true;
      case TensorProto.FLOAT_DATA_FIELD_NUMBER -> type == DataType.FLOAT32;
      case TensorProto.DOUBLE_DATA_FIELD_NUMBER -> type == DataType.FLOAT64;
      case TensorProto.INT64_DATA_FIELD_NUMBER -> type == DataType.INT64;
      default -> type != DataType.INT64 && type != DataType.FLOAT32 && type != DataType.FLOAT64;
    };
  }

  /** The refusal of a tensor whose values take other than the bytes its shape asks for. */
  static OnnxException miscounted(String name, DataType type, int[] shape, long given) {
    long size = bytes(type);
    boolean whole = given % size == 0;
    return new OnnxException(
        "tensor '"
            + name
            + "' of shape "
            + Arrays.toString(shape)
            + " needs "
            + Tensor.elements(shape) * (whole ? 1 : size)
            + (whole ? " values" : " bytes")
            + " but has "
            + (whole ? given / size : given)
            + "; the file is incomplete, export or copy it again");
  }
}
