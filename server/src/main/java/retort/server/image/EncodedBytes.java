package retort.server.image;

import java.awt.image.RenderedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStreamImpl;

/** Memory that codecs of {@code javax.imageio} write a file to, kept from file to file. */
final class EncodedBytes extends ImageOutputStreamImpl {
  private byte[] bytes = new byte[1024];
  private int size;

  /** A file of an image, in a new array. */
  byte[] written(ImageWriter writer, ImageWriteParam settings, RenderedImage image) {
    clear();
    try {
      writer.setOutput(this);
      writer.write(null, new IIOImage(image, null, null), settings);
      return Arrays.copyOf(bytes, size);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
  }

  private void clear() {
    size = 0;
    streamPos = 0;
    bitOffset = 0;
  }

  @Override
  public void write(int value) {
    reserve(1);
    bytes[(int) streamPos - 1] = (byte) value;
  }

  @Override
  public void write(byte[] from, int offset, int length) {
    reserve(length);
    System.arraycopy(from, offset, bytes, (int) streamPos - length, length);
  }

  /** Makes room for bytes here, and goes past them. */
  private void reserve(int length) {
    int end = Math.addExact((int) streamPos, length);
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end, (int) Math.min(2L * bytes.length, 1 << 30)));
    }
    size = Math.max(size, end);
    streamPos = end;
  }

  @Override
  public int read() {
    return streamPos < size ? bytes[(int) streamPos++] & 0xff : -1;
  }

  @Override
  public int read(byte[] to, int offset, int length) {
    int given = (int) Math.min(length, size - streamPos);
    if (given <= 0) {
      return length == 0 ? 0 : -1;
    }
    System.arraycopy(bytes, (int) streamPos, to, offset, given);
    streamPos += given;
    return given;
  }

  /** Keeps all: it is written over again. */
  @Override
  public void flushBefore(long position) {}
}
