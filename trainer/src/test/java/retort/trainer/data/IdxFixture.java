package retort.trainer.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** IDX files for tests, plain or with gzip as the name says. */
final class IdxFixture {

  private IdxFixture() {}

  static byte[] bytes(byte[] values, int... dimensions) {
    ByteBuffer content = ByteBuffer.allocate(4 + 4 * dimensions.length + values.length);
    content.putInt(0x0800 | dimensions.length);
    for (int dimension : dimensions) {
      content.putInt(dimension);
    }
    return content.put(values).array();
  }

  static Path write(Path file, byte[] values, int... dimensions) throws IOException {
    boolean gzip = file.toString().endsWith(".gz");
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = gzip ? new GZIPOutputStream(raw) : raw) {
      out.write(bytes(values, dimensions));
    }
    return file;
  }

  /** The values 0, 1, 2, ... as bytes. */
  static byte[] counting(int count) {
    byte[] values = new byte[count];
    for (int i = 0; i < count; i++) {
      values[i] = (byte) i;
    }
    return values;
  }
}
