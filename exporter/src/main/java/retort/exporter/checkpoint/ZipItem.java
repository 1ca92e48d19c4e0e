package retort.exporter.checkpoint;

import java.io.IOException;
import java.io.InputStream;

/**
 * One entry of a zip archive. Its name is never used as a path.
 *
 * @param name inside the archive
 * @param content its bytes, inflated where they are deflated
 * @param place the archive and the name, as a message begins
 */
record ZipItem(String name, ByteSource content, String place) implements ByteSource {
  @Override
  public long size() {
    return content.size();
  }

  @Override
  public InputStream open(long from) throws IOException {
    return content.open(from);
  }

  @Override
  public String place(long position) {
    return place + ": byte " + position;
  }
}
