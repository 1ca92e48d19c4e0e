package retort.trainer.tensorboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Records in a file, framed as TensorBoard reads them. Each is its length in 8 bytes, a checksum of
 * these, its bytes and their checksum; numbers begin with the low byte. The checksum is CRC-32C,
 * rotated by 15 bits and moved by a constant.
 */
final class EventFile {
  private static final int MASK = 0xa282ead8;
  private static final int FRAME = 16;

  private final Path file;

  private EventFile(Path file) {
    this.file = file;
  }

  /**
   * Empties a file. It stays the same file, so that a reader that has it open reads on where it
   * was.
   */
  static EventFile begin(Path file) throws IOException {
    Files.write(file, new byte[0]);
    return new EventFile(file);
  }

  void append(byte[] record) throws IOException {
    ByteBuffer framed = ByteBuffer.allocate(FRAME + record.length).order(ByteOrder.LITTLE_ENDIAN);
    framed.putLong(record.length);
    framed.putInt(checksum(framed.array(), Long.BYTES));
    framed.put(record);
    framed.putInt(checksum(record, record.length));
    Files.write(file, framed.array(), StandardOpenOption.APPEND);
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }
}
