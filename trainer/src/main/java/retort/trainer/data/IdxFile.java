package retort.trainer.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The content of one IDX file of unsigned bytes, the format of the MNIST database.
 *
 * <p>Two zero bytes, 8 for unsigned bytes, the number of dimensions; each dimension as a big-endian
 * 32-bit integer; the values in row-major order. The file may be compressed with gzip.
 */
final class IdxFile {

  private static final int UNSIGNED_BYTES = 0x0800;
  private static final int BUFFER_BYTES = 1 << 16;

  private final int[] dimensions;
  private final List<byte[]> items;

  private IdxFile(int[] dimensions, List<byte[]> items) {
    this.dimensions = dimensions;
    this.items = items;
  }

  int dimension(int axis) {
    return dimensions[axis];
  }

  /** The values: one array for each item of the first dimension, or one in all if it is alone. */
  List<byte[]> items() {
    return items;
  }

  /**
   * Reads a file with {@code rank} dimensions, 1 or 3.
   *
   * @throws DataException when it is no such file, or has another size than it declares
   */
  static IdxFile read(Path file, int rank) {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        InputStream in = decompressed(raw)) {
      return read(in, rank, file);
    } catch (EOFException e) {
      throw new DataException(
          file + ": its gzip data end early. The file is cut off: copy or download it again", e);
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static InputStream decompressed(InputStream raw) throws IOException {
    raw.mark(2);
    byte[] start = raw.readNBytes(2);
    raw.reset();
    boolean gzip = start.length == 2 && start[0] == 0x1f && start[1] == (byte) 0x8b;
    return gzip ? new GZIPInputStream(raw, BUFFER_BYTES) : raw;
  }

  private static IdxFile read(InputStream in, int rank, Path file) throws IOException {
    byte[] header = in.readNBytes(4 + 4 * rank);
    int magic = UNSIGNED_BYTES | rank;
    if (header.length < 4 || ByteBuffer.wrap(header).getInt() != magic) {
      HexFormat hex = HexFormat.ofDelimiter(" ");
      byte[] start = Arrays.copyOf(header, Math.min(4, header.length));
      throw new DataException(
          "%s: begins with the bytes [%s], but an IDX file of %s begins with [%s]: give the one named *-%s-ubyte, or a folder or zip of images"
              .formatted(
                  file,
                  hex.formatHex(start),
                  rank == 3 ? "images" : "labels",
                  hex.formatHex(ByteBuffer.allocate(4).putInt(magic).array()),
                  rank == 3 ? "images-idx3" : "labels-idx1"));
    }
    if (header.length < 4 + 4 * rank) {
      throw new DataException(
          file + ": ends inside its header. The file is cut off: copy or download it again");
    }
    int[] dimensions = new int[rank];
    ByteBuffer.wrap(header, 4, 4 * rank).asIntBuffer().get(dimensions);
    return new IdxFile(dimensions, items(in, dimensions, file));
  }

  private static List<byte[]> items(InputStream in, int[] dimensions, Path file)
      throws IOException {
    long itemBytes = dimensions[dimensions.length - 1];
    boolean positive = dimensions[0] > 0;
    if (dimensions.length == 3) {
      itemBytes *= dimensions[1];
      positive = positive && dimensions[1] > 0 && dimensions[2] > 0;
    }
    if (!positive || itemBytes > Integer.MAX_VALUE - 8) {
      throw new DataException(
          "%s: declares %s values, which is empty or too large for images: copy or download it again"
              .formatted(file, declared(dimensions)));
    }
    int count = dimensions.length == 3 ? dimensions[0] : 1;
    List<byte[]> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] item = in.readNBytes((int) itemBytes);
      if (item.length < itemBytes) {
        throw new DataException(
            "%s: declares %s values, %d bytes, but ends after %d of them. The file is cut off: copy or download it again"
                .formatted(
                    file, declared(dimensions), count * itemBytes, i * itemBytes + item.length));
      }
      items.add(item);
    }
    if (in.read() >= 0) {
      throw new DataException(
          "%s: declares %s values, %d bytes, but goes on after them: copy or download it again"
              .formatted(file, declared(dimensions), count * itemBytes));
    }
    return items;
  }

  private static String declared(int[] dimensions) {
    StringBuilder text = new StringBuilder();
    for (int dimension : dimensions) {
      text.append(text.isEmpty() ? "" : " x ").append(Integer.toUnsignedString(dimension));
    }
    return text.toString();
  }
}
