package retort.statistics;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * NumPy's file of one array.
 *
 * <p>Reads versions 1 to 3, either byte order, C and Fortran order; writes version 1,
 * little-endian, C order. Element types are those of {@link NpyType}, and 16-bit floating point,
 * which is widened.
 *
 * <p>Format: <em>numpy.lib.format</em>. No file is kept open; safe to call from any thread.
 */
public final class NpyFile {

  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  private static final int MAX_HEADER_BYTES = 1 << 20;

  private NpyFile() {}

  /**
   * Reads an array.
   *
   * @throws NpyException when the file cannot be read, is no .npy file, is cut off, or holds
   *     elements of another type
   */
  public static NpyArray read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString());
    } catch (IOException e) {
      throw new NpyException(file + ": cannot be read: " + e, e);
    }
  }

  /**
   * Writes an array, over any file of that name.
   *
   * @throws NpyException when the file cannot be written
   */
  public static void write(Path file, NpyArray array) {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      write(out, array);
    } catch (IOException e) {
      throw new NpyException(file + ": cannot be written: " + e, e);
    }
  }

  /** Reads an array from a stream and leaves it open. {@code name} is for errors. */
  static NpyArray read(InputStream in, String name) throws IOException {
    byte[] start = in.readNBytes(8);
    if (start.length < 8 || !Arrays.equals(MAGIC, Arrays.copyOf(start, MAGIC.length))) {
      throw new NpyException(name + ": is no .npy file, which begins with the byte 0x93 and NUMPY");
    }
    int version = start[6];
    if (version < 1 || version > 3) {
      throw new NpyException(
          name + ": is of .npy version " + version + " but Retort reads versions 1 to 3");
    }
    NpyHeader header = NpyHeader.parse(readDictionary(in, version, name), name);
    return NpyElements.read(in, header, name);
  }

  /** Writes an array to a stream and leaves it open. */
  static void write(OutputStream out, NpyArray array) throws IOException {
    out.write(NpyHeader.preamble(array));
    NpyElements.write(out, array);
  }

  private static String readDictionary(InputStream in, int version, String name)
      throws IOException {
    byte[] lengthBytes = in.readNBytes(version == 1 ? 2 : 4);
    int length = 0;
    for (int i = lengthBytes.length - 1; i >= 0; i--) {
      length = length << 8 | Byte.toUnsignedInt(lengthBytes[i]);
    }
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw new NpyException(
          name
              + ": the header claims "
              + Integer.toUnsignedString(length)
              + " bytes: not a header");
    }
    byte[] dictionary = in.readNBytes(length);
    if (dictionary.length < length || length == 0) {
      throw new NpyException(
          name + ": ends inside its header. The file is cut off: copy or download it again");
    }
    return new String(dictionary, StandardCharsets.UTF_8);
  }
}
