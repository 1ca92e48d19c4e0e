package retort.statistics;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a .npy file: a Python dictionary of three entries, padded with spaces to a multiple
 * of 64 bytes and ended by a line feed.
 *
 * <p>{@code half} says that a FLOAT32 array is stored in 16 bits.
 */
public record NpyHeader(
    NpyType type, boolean half, ByteOrder order, boolean fortranOrder, List<Integer> shape) {

  private static final Pattern DESCRIPTION = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");
  private static final String READABLE =
      "Retort reads f2, f4, f8, i4, i8, u1 and b1: convert the array with astype and save it again";

  /**
   * Parses the dictionary. {@code file} is for errors.
   *
   * @throws NpyException when it is none, or names another element type
   */
  public static NpyHeader parse(String dictionary, String file) {
    Matcher description = DESCRIPTION.matcher(dictionary);
    Matcher fortran = FORTRAN.matcher(dictionary);
    Matcher shape = SHAPE.matcher(dictionary);
    if (!description.find()) {
      throw new NpyException(
          file
              + ": the header names no simple element type: "
              + dictionary.strip()
              + ". "
              + READABLE);
    }
    if (!fortran.find() || !shape.find()) {
      throw new NpyException(
          file + ": the header has no shape or no fortran_order: " + dictionary.strip());
    }
    String name = description.group(1);
    return new NpyHeader(
        type(name, file),
        name.endsWith("f2"),
        name.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
        fortran.group(1).equals("True"),
        shape(shape.group(1), file));
  }

  /** Bytes of one stored element. */
  int storedBytes() {
    return half ? 2 : type.bytes();
  }

  /** The dictionary as NumPy writes it, for a little-endian array in C order. */
  static String dictionary(NpyArray array) {
    StringBuilder shape = new StringBuilder();
    for (int size : array.shape()) {
      shape.append(size).append(", ");
    }
    int length = shape.length();
    if (array.shape().length == 1) {
      shape.setLength(length - 1);
    } else if (length > 0) {
      shape.setLength(length - 2);
    }
    return "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
        .formatted(array.type().description(), shape);
  }

  /** Magic string, version, length and dictionary: everything before the elements. */
  static byte[] preamble(NpyArray array) {
    byte[] dictionary = dictionary(array).getBytes(StandardCharsets.US_ASCII);
    int unpadded = 10 + dictionary.length + 1;
    int total = (unpadded + 63) / 64 * 64;
    if (total - 10 > 0xFFFF) {
      throw new NpyException("array " + array + " has too many dimensions for a .npy file");
    }
    byte[] preamble = new byte[total];
    Arrays.fill(preamble, (byte) ' ');
    System.arraycopy(NpyFile.MAGIC, 0, preamble, 0, NpyFile.MAGIC.length);
    preamble[6] = 1;
    preamble[7] = 0;
    preamble[8] = (byte) (total - 10);
    preamble[9] = (byte) ((total - 10) >>> 8);
    System.arraycopy(dictionary, 0, preamble, 10, dictionary.length);
    preamble[total - 1] = '\n';
    return preamble;
  }

  private static NpyType type(String name, String file) {
    return switch (name.replaceFirst("^[<>|=]", "")) {
      case "f2", "f4" -> NpyType.FLOAT32;
      case "f8" -> NpyType.FLOAT64;
      case "i4" -> NpyType.INT32;
      case "i8" -> NpyType.INT64;
      case "u1" -> NpyType.UINT8;
      case "b1" -> NpyType.BOOL;
      default -> throw new NpyException(file + ": elements are of type " + name + ". " + READABLE);
    };
  }

  private static List<Integer> shape(String tuple, String file) {
    try {
      return Pattern.compile(",")
          .splitAsStream(tuple)
          .map(String::strip)
          .filter(size -> !size.isEmpty())
          .map(
              size ->
                  Integer.parseInt(
                      size.endsWith("L") ? size.substring(0, size.length() - 1) : size))
          .toList();
    } catch (NumberFormatException e) {
      throw new NpyException(
          file + ": shape (" + tuple + ") is not made of numbers below 2147483648", e);
    }
  }
}
