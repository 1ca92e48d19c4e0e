package retort.exporter.checkpoint;

import java.io.IOException;
import java.io.InputStream;

/**
 * A run of bytes of another source, not copied.
 *
 * @param whole what it is a part of
 * @param start its first byte there
 * @param size how many bytes
 */
record Region(ByteSource whole, long start, long size) implements ByteSource {
  Region {
    if (start < 0 || size < 0 || size > whole.size() - start) {
      throw whole.cutOff(whole.size(), size + " bytes from byte " + start + " on");
    }
  }

  @Override
  public InputStream open(long from) throws IOException {
    return whole.open(start + from);
  }

  @Override
  public String place(long position) {
    return whole.place(start + position);
  }
}
