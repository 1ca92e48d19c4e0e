package retort.clients.cli.bench;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Elements of a tensor in the form of the Open Inference Protocol: little-endian, row-major. */
final class TensorBytes {
  private static final int MAX_BYTES = 1 << 30;
  private static final int BYTES_ELEMENT = 8;

  private TensorBytes() {}

  /**
   * Values that any network takes: normal ones for floating point, 0 or 1 for other numbers.
   *
   * @param datatype as the protocol writes it, such as {@code FP32}
   * @param count elements
   * @throws BenchException when the datatype is unknown or the tensor too large
   */
  static ByteString random(String input, String datatype, long count, Random random) {
    int width = width(input, datatype);
    if (count > MAX_BYTES / width) {
      throw new BenchException(
          "the input " + input + " would have " + count + " elements; pass a smaller --shape");
    }
    ByteBuffer bytes = ByteBuffer.allocate(width * (int) count).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < count; i++) {
      put(bytes, datatype, random);
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

  private static void put(ByteBuffer bytes, String datatype, Random random) {
    switch (datatype) {
      case "FP32" -> bytes.putFloat((float) random.nextGaussian());
      case "FP64" -> bytes.putDouble(random.nextGaussian());
      // The upper half of a float is a bfloat16.
      case "BF16" ->
          bytes.putShort((short) (Float.floatToIntBits((float) random.nextGaussian()) >>> 16));
      // 1 or -1.
      case "FP16" -> bytes.putShort((short) (random.nextBoolean() ? 0x3c00 : 0xbc00));
      case "BYTES" -> bytes.putInt(4).put("text".getBytes(StandardCharsets.US_ASCII));
      case "INT64", "UINT64" -> bytes.putLong(random.nextInt(2));
      case "INT32", "UINT32" -> bytes.putInt(random.nextInt(2));
      case "INT16", "UINT16" -> bytes.putShort((short) random.nextInt(2));
      default -> bytes.put((byte) random.nextInt(2));
    }
  }
}
