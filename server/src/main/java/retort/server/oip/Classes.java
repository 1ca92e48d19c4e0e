package retort.server.oip;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import retort.server.tensor.TensorValue;

/** The classification extension: the highest values of an output, in place of the output. */
final class Classes {
  private Classes() {}

  private record Ranked(double value, int index) {}

  /**
   * The classes of an output.
   *
   * @param count how many, at most
   * @param batched whether the first dimension counts rows, each with classes of its own
   * @return texts {@code VALUE:INDEX}, the highest first, [rows, classes] or [classes]
   * @throws io.grpc.StatusRuntimeException when the output has no order
   */
  static TensorValue of(TensorValue output, int count, boolean batched, String name) {
    ByteBuffer bytes = output.bytes();
    int width = output.type().bytes();
    int elements = width == 0 ? 0 : bytes.remaining() / width;
    int rows = batched ? Math.toIntExact(output.shape().get(0)) : 1;
    int row = rows == 0 ? 0 : elements / rows;
    int kept = Math.min(count, row);
    List<String> texts = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      // The lowest of those kept is at the head; of equal values the first stays.
      PriorityQueue<Ranked> highest =
          new PriorityQueue<>(
              Comparator.comparingDouble(Ranked::value)
                  .thenComparing(Ranked::index, Comparator.reverseOrder()));
      for (int i = 0; i < row; i++) {
        highest.add(new Ranked(value(output, bytes, r * row + i, name), i));
        if (highest.size() > kept) {
          highest.remove();
        }
      }
      List<Ranked> ranked = new ArrayList<>();
      while (!highest.isEmpty()) {
        ranked.add(0, highest.remove());
      }
      ranked.forEach(one -> texts.add(text(output, one)));
    }
    return TensorValue.ofTexts(
        batched ? List.of((long) rows, (long) kept) : List.of((long) kept), texts);
  }

  private static String text(TensorValue output, Ranked one) {
    return switch (output.type()) {
      case FP32, FP64 -> String.format(Locale.ROOT, "%f:%d", one.value, one.index);
      default -> String.format(Locale.ROOT, "%.0f:%d", one.value, one.index);
    };
  }

  private static double value(TensorValue output, ByteBuffer bytes, int i, String name) {
    return switch (output.type()) {
      case INT8 -> bytes.get(i);
      case UINT8 -> Byte.toUnsignedInt(bytes.get(i));
      case INT16 -> bytes.getShort(2 * i);
      case UINT16 -> Short.toUnsignedInt(bytes.getShort(2 * i));
      case INT32 -> bytes.getInt(4 * i);
      case UINT32 -> Integer.toUnsignedLong(bytes.getInt(4 * i));
      case INT64 -> bytes.getLong(8 * i);
      case FP32 -> bytes.getFloat(4 * i);
      case FP64 -> bytes.getDouble(8 * i);
      case BOOL, UINT64, FP16, BF16, STRING ->
          throw Refusals.invalid(
              "class result not available for output '"
                  + name
                  + "' due to unsupported type '"
                  + Datatype.name(output.type())
                  + "'");
    };
  }
}
