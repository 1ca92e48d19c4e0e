package retort.exporter.checkpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import retort.graph.Tensor;
import retort.statistics.NpyException;
import retort.statistics.NpyHeader;

/**
 * NumPy's archives of named arrays, .npz. Arrays stay in the file, unlike in {@link
 * retort.statistics.NpzFile}, which is for statistics; deflated ones are inflated when asked for.
 */
final class NumpyArchive {
  private static final String SUFFIX = ".npy";
  private static final int MAX_HEADER = 1 << 16;

  private NumpyArchive() {}

  /** Whether an archive holds arrays. */
  static boolean is(Map<String, ZipItem> items) {
    return items.keySet().stream().anyMatch(name -> name.endsWith(SUFFIX));
  }

  /** All arrays, in the order of the archive. */
  static Map<String, Tensor> read(Map<String, ZipItem> items, Budget budget) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    items.forEach(
        (name, item) -> {
          if (name.endsWith(SUFFIX)) {
            budget.objects(16);
            tensors.put(name.substring(0, name.length() - SUFFIX.length()), array(item).tensor());
          }
        });
    return tensors;
  }

  private static StoredTensor array(ZipItem item) {
    try (ByteCursor in = new ByteCursor(item, 0)) {
      int version = version(in);
      long length = version == 1 ? in.u16() : in.u32();
      if (length > MAX_HEADER) {
        throw item.refusal(8, "a header of " + length + " bytes; the file is damaged");
      }
      NpyHeader header = NpyHeader.parse(new String(in.bytes((int) length), UTF_8), item.place());
      ElementType type = elementType(header, item);
      Storage storage = new Storage(type, in.region(in.remaining()));
      long[] shape = header.shape().stream().mapToLong(Integer::longValue).toArray();
      return header.fortranOrder()
          ? StoredTensor.columnMajor(storage, shape)
          : StoredTensor.contiguous(storage, shape);
    } catch (NpyException e) {
      throw new CheckpointException(Words.plain(String.valueOf(e.getMessage()), 1000), e);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          item.place() + ": " + e.getMessage() + "; the file is damaged, save it again", e);
    }
  }

  private static int version(ByteCursor in) {
    byte[] start = in.bytes(8);
    if (!new String(start, 1, 5, US_ASCII).equals("NUMPY") || start[6] < 1 || start[6] > 3) {
      throw in.source().refusal(0, "is no .npy array; the archive is damaged, save it again");
    }
    return start[6];
  }

  private static ElementType elementType(NpyHeader header, ZipItem item) {
    if (header.order() == ByteOrder.BIG_ENDIAN) {
      throw item.refusal(0, "is big-endian; save it again on a little-endian machine");
    }
    return switch (header.type()) {
      case FLOAT32 -> header.half() ? ElementType.FLOAT16 : ElementType.FLOAT32;
      case FLOAT64 -> ElementType.FLOAT64;
      case INT32 -> ElementType.INT32;
      case INT64 -> ElementType.INT64;
      case UINT8 -> ElementType.UINT8;
      case BOOL -> ElementType.BOOL;
    };
  }
}
