package retort.exporter.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.ZipException;

/**
 * Reads a source from front to back in little-endian numbers, and steps over what nobody wants. No
 * length is believed before the source is known to hold as many bytes.
 */
final class ByteCursor implements AutoCloseable {
  private static final int BUFFER = 8192;

  private final ByteSource source;
  private final InputStream in;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);

  /** Of the first byte after the buffer. */
  private long next;

  ByteCursor(ByteSource source, long from) {
    this.source = source;
    if (from < 0 || from > source.size()) {
      throw source.cutOff(source.size(), "byte " + from);
    }
    next = from;
    try {
      in = source.open(from);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  ByteSource source() {
    return source;
  }

  /** Of the byte to be read next. */
  long position() {
    return next - buffer.remaining();
  }

  long remaining() {
    return source.size() - position();
  }

  int u8() {
    return fill(1).get() & 0xff;
  }

  int u16() {
    return fill(2).getShort() & 0xffff;
  }

  int i32() {
    return fill(4).getInt();
  }

  long u32() {
    return Integer.toUnsignedLong(i32());
  }

  long i64() {
    return fill(8).getLong();
  }

  /** A copy of the next bytes. */
  byte[] bytes(int count) {
    require(count);
    byte[] bytes = new byte[count];
    read(bytes);
    return bytes;
  }

  /** Fills an array with the next bytes. */
  void read(byte[] into) {
    require(into.length);
    int held = Math.min(into.length, buffer.remaining());
    buffer.get(into, 0, held);
    try {
      if (in.readNBytes(into, held, into.length - held) < into.length - held) {
        throw new EOFException();
      }
      next += into.length - held;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** The next bytes as a part of the source, stepped over. */
  Region region(long count) {
    Region region = new Region(source, position(), require(count));
    skip(count);
    return region;
  }

  void skip(long count) {
    require(count);
    int held = (int) Math.min(count, buffer.remaining());
    buffer.position(buffer.position() + held);
    try {
      in.skipNBytes(count - held);
      next += count - held;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private long require(long count) {
    if (count < 0 || count > remaining()) {
      throw source.cutOff(
          position(), "the " + Long.toUnsignedString(count) + " bytes announced here");
    }
    return count;
  }

  private ByteBuffer fill(int count) {
    if (buffer.remaining() >= count) {
      return buffer;
    }
    require(count);
    buffer.compact();
    try {
      int wanted = (int) Math.min(buffer.remaining(), source.size() - next);
      int read = in.readNBytes(buffer.array(), buffer.position(), wanted);
      next += read;
      buffer.position(buffer.position() + read).flip();
      if (buffer.remaining() < count) {
        throw new EOFException();
      }
    } catch (IOException e) {
      throw unreadable(e);
    }
    return buffer;
  }

  private CheckpointException unreadable(IOException e) {
    String sentence =
        e instanceof EOFException || e instanceof ZipException
            ? "the bytes here are damaged or cut off; copy or download the file again"
            : "cannot be read (" + e + "); check the disk, and that the file may be read";
    return new CheckpointException(source.place(position()) + ": " + sentence, e);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }
}
