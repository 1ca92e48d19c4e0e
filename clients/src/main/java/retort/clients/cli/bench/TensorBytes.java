package retort.clients.cli.bench;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;

/** Elements of a tensor in the form of the Open Inference Protocol: little-endian, row-major. */
final class TensorBytes {
  private static final int MAX_BYTES = 1 << 30;
  private static final int BYTES_ELEMENT = 8;

  private TensorBytes() {}

  /**
   * One value for each element, or values that any network takes: normal ones for floating point, 0
   * or 1 for other numbers.
   *
   * @param datatype as the protocol writes it, such as {@code FP32}
   * @param count elements
   * @param value for each element; empty for random ones
   * @throws BenchException when the datatype is unknown or the tensor too large
   */
  static ByteString of(
      String input, String datatype, long count, Optional<Double> value, Random random) {
    int width = width(input, datatype);
    if (count > MAX_BYTES / width) {
      throw new BenchException(
          "the input " + input + " would have " + count + " elements; pass a smaller --shape");
    }
    ByteBuffer bytes = ByteBuffer.allocate(width * (int) count).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < count; i++) {
      put(
          bytes,
          datatype,
          value.orElseGet(
              () -> datatype.matches("B?FP?[0-9]+") ? random.nextGaussian() : random.nextInt(2)));
    }
    return ByteString.copyFrom(bytes.flip());
  }

  private static int width(String input, String datatype) {
    return switch (datatype) {
      case "BOOL", "INT8", "UINT8" -> 1;
      case "INT16", "UINT16", "FP16", "BF16" -> 2;
      case "INT32", "UINT32", "FP32" -> 4;
      case "INT64", "UINT64", "FP64", "BYTES" -> BYTES_ELEMENT;
      default ->
          throw new BenchException(
              "the input " + input + " has the datatype " + datatype + ", which is not known here");
    };
  }

  private static void put(ByteBuffer bytes, String datatype, double value) {
    switch (datatype) {
      case "FP32" -> bytes.putFloat((float) value);
      case "FP64" -> bytes.putDouble(value);
      // The upper half of a float is a bfloat16.
      case "BF16" -> bytes.putShort((short) (Float.floatToIntBits((float) value) >>> 16));
      case "FP16" -> bytes.putShort(half((float) value));
      case "BYTES" -> bytes.putInt(4).put("text".getBytes(StandardCharsets.US_ASCII));
      case "INT64", "UINT64" -> bytes.putLong((long) value);
      case "INT32", "UINT32" -> bytes.putInt((int) (long) value);
      case "INT16", "UINT16" -> bytes.putShort((short) (long) value);
      default -> bytes.put((byte) (long) value);
    }
  }

  /** The nearest lower half, without those below 2^-14: good enough for a load. */
  private static short half(float value) {
    int bits = Float.floatToIntBits(value);
    int exponent = ((bits >>> 23) & 0xff) - 127 + 15;
    int sign = (bits >>> 16) & 0x8000;
    return (short)
        (exponent <= 0
            ? sign
            : sign | Math.min((exponent << 10) | ((bits >>> 13) & 0x3ff), 0x7bff));
  }
}
