package retort.onnx;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * Bytes that are read where and when they are needed, from a file or an array.
 *
 * <p>They are read by position and not mapped: a mapped file that somebody shortens faults in the
 * middle of a computation, cannot be replaced on Windows, and counts as memory of this process. A
 * file that is kept open stays what it was when another takes its name, so a network may be written
 * over the file it is read from. Safe for any number of threads.
 */
final class DataFile {
  /** Fills a part of a buffer from a position, or says -1 at the end. */
  private interface Reader {
    int read(ByteBuffer into, long position) throws IOException;
  }

  private final String name;
  private final long size;

  /**
   * Holds the open file where it is kept open: whoever holds this object owns it, and the collector
   * closes it with the last tensor that reads from it.
   */
  private final Reader reader;

  private DataFile(String name, long size, Reader reader) {
    this.name = name;
    this.size = size;
    this.reader = reader;
  }

  /** A file that is opened once. */
  static DataFile open(Path path) throws IOException {
    requireRegular(path);
    FileChannel channel = FileChannel.open(path);
    return new DataFile(path.toString(), channel.size(), channel::read);
  }

  /**
   * A file that is opened for each read, so that any number of them can be in use; it must stay as
   * it is meanwhile.
   */
  static DataFile reopened(Path path) throws IOException {
    requireRegular(path);
    BasicFileAttributes first = Files.readAttributes(path, BasicFileAttributes.class);
    return new DataFile(
        path.toString(),
        first.size(),
        (into, position) -> {
          try (FileChannel channel = FileChannel.open(path)) {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            if (now.size() != first.size()
                || !now.lastModifiedTime().equals(first.lastModifiedTime())
                || !Objects.equals(now.fileKey(), first.fileKey())) {
              throw new IOException("it was changed while in use");
            }
            return channel.read(into, position);
          }
        });
  }

  /** A model in memory. */
  static DataFile of(byte[] bytes) {
    return new DataFile(
        "the model",
        bytes.length,
        (into, position) -> {
          int length = (int) Math.min(into.remaining(), bytes.length - position);
          if (length <= 0) {
            return -1;
          }
          into.put(bytes, (int) position, length);
          return length;
        });
  }

  /** Opening a pipe would wait for whoever writes it, and a device never ends. */
  private static void requireRegular(Path path) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new IOException("it is no regular file");
    }
  }

  /** What error messages call it. */
  String name() {
    return name;
  }

  /** Its length in bytes when it was opened. */
  long size() {
    return size;
  }

  /**
   * Fills a buffer.
   *
   * @throws EOFException when the file was shortened since it was opened
   */
  void read(long offset, ByteBuffer into) throws IOException {
    long position = offset;
    while (into.hasRemaining()) {
      int read = reader.read(into, position);
      if (read < 0) {
        throw new EOFException("it ends at byte " + position + "; it was shortened while in use");
      }
      position += read;
    }
  }

  /** A part as a stream, of which bytes may be skipped at no cost. Nothing need be closed. */
  InputStream stream(long offset, long length) {
    return new InputStream() {
      private long position = offset;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
      }

      @Override
      public int read(byte[] into, int start, int count) throws IOException {
        int wanted = (int) Math.min(count, offset + length - position);
        if (wanted <= 0) {
          return count == 0 ? 0 : -1;
        }
        DataFile.this.read(position, ByteBuffer.wrap(into, start, wanted));
        position += wanted;
        return wanted;
      }

      @Override
      public long skip(long count) {
        long skipped = Math.max(0, Math.min(count, offset + length - position));
        position += skipped;
        return skipped;
      }
    };
  }
}
