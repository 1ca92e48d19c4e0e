package retort.exporter.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

/**
 * Bytes in memory, which a pickle spells in another way than as bytes.
 *
 * @param bytes not copied; nobody changes them
 * @param place where in the file they are spelt, as a message begins
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record HeldBytes(byte[] bytes, String place) implements ByteSource {
  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public InputStream open(long from) {
    return new ByteArrayInputStream(bytes, (int) from, bytes.length - (int) from);
  }

  @Override
  public String place(long position) {
    return place;
  }
}
