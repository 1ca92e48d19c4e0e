package retort.exporter.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * What deflated bytes inflate to, anew each time they are asked for.
 *
 * @param deflated a raw deflate stream
 * @param size what the file says it inflates to; what follows is never looked at
 */
record InflatedBytes(ByteSource deflated, long size) implements ByteSource {
  /** Deflate spends at least a bit on every 129 bytes of its longest runs. */
  private static final long MAX_RATIO = 1032;

  InflatedBytes {
    if (size > deflated.size() * MAX_RATIO) {
      throw deflated.refusal(
          0,
          deflated.size()
              + " deflated bytes cannot hold the "
              + size
              + " that the archive promises; it is damaged, copy or download it again");
    }
  }

  @Override
  public InputStream open(long from) throws IOException {
    Inflater inflater = new Inflater(true);
    InputStream stream =
        new InflaterInputStream(deflated.open(0), inflater) {
          @Override
          public void close() throws IOException {
            super.close();
            inflater.end();
          }
        };
    try {
      stream.skipNBytes(from);
      return stream;
    } catch (IOException e) {
      stream.close();
      throw e;
    }
  }

  @Override
  public String place(long position) {
    return deflated.place(0);
  }
}
