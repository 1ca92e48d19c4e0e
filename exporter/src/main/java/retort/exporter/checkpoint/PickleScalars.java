package retort.exporter.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import retort.exporter.checkpoint.Pickled.Blob;

/** Numbers and texts as the instructions of a pickle spell them. */
final class PickleScalars {
  /** Names and settings are shorter; longer texts, such as source code, stay in the file. */
  private static final int MAX_TEXT = 4096;

  private static final int MAX_DIGITS = 1000;
  private static final Pattern ESCAPE =
      Pattern.compile(
          "\\\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\\\\'\"nrt]))");

  private final ByteCursor in;
  private final Budget budget;

  PickleScalars(ByteCursor in, Budget budget) {
    this.in = in;
    this.budget = budget;
  }

  /** UTF-8. */
  Object text(long length) {
    return text(length, UTF_8);
  }

  /** What Python 2 calls a string: a text or any bytes, so that each byte becomes a character. */
  Object oldText(long length) {
    return text(length, ISO_8859_1);
  }

  private Object text(long length, Charset charset) {
    if (Long.compareUnsigned(length, MAX_TEXT) > 0) {
      return new Blob(in.region(length));
    }
    budget.bytes(2 * length);
    return new String(in.bytes((int) length), charset);
  }

  /** The bytes up to a line feed; a long line stays in the file. */
  private Object line(Charset charset) {
    long start = in.position();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.u8(); next != '\n'; next = in.u8()) {
      if (line.size() <= MAX_TEXT) {
        line.write(next);
      }
    }
    if (line.size() > MAX_TEXT) {
      return new Blob(new Region(in.source(), start, in.position() - 1 - start));
    }
    budget.bytes(2L * line.size());
    return line.toString(charset);
  }

  /** Little-endian two's complement. */
  Object integer(long length) {
    if (length > MAX_DIGITS) {
      throw refusal("an integer of " + length + " bytes; the file is damaged");
    }
    byte[] bytes = in.bytes((int) length);
    for (int i = 0, j = bytes.length - 1; i < j; i++, j--) {
      byte swapped = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = swapped;
    }
    return narrowed(bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes));
  }

  private Object narrowed(BigInteger integer) {
    budget.bytes(integer.bitLength() / 8);
    return integer.bitLength() < Long.SIZE ? (Object) integer.longValue() : integer;
  }

  /** A line with the name of a module, a class or a persistent object. */
  String nameLine() {
    if (line(UTF_8) instanceof String line) {
      return line;
    }
    throw refusal("a name of more than " + MAX_TEXT + " bytes; the file is damaged");
  }

  /** A line with a number of the memo. */
  long numberLine() {
    if (decimal(nameLine()) instanceof Long number) {
      return number;
    }
    throw refusal("too large a number; the file is damaged");
  }

  /** A line with an integer, or a truth value as 00 or 01. */
  Object integerLine() {
    String line = nameLine();
    return switch (line) {
      case "00" -> false;
      case "01" -> true;
      default -> decimal(line);
    };
  }

  /** A line with an integer of Python 2, which may end in L. */
  Object longLine() {
    String line = nameLine();
    return decimal(line.endsWith("L") ? line.substring(0, line.length() - 1) : line);
  }

  private Object decimal(String digits) {
    if (!digits.matches("[+-]?[0-9]{1," + MAX_DIGITS + "}")) {
      throw refusal(Words.quoted(digits) + " is no integer; the file is damaged");
    }
    return narrowed(new BigInteger(digits));
  }

  Object realLine() {
    String line = nameLine();
    return switch (line) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> {
        try {
          yield Double.valueOf(line);
        } catch (NumberFormatException e) {
          throw refusal(Words.quoted(line) + " is no number; the file is damaged");
        }
      }
    };
  }

  /** A line with a string of Python 2 between quotes, or a long one left in the file. */
  Object quotedLine() {
    Object line = line(ISO_8859_1);
    if (!(line instanceof String text)) {
      return line;
    }
    boolean quoted =
        text.length() >= 2
            && (text.charAt(0) == '\'' || text.charAt(0) == '"')
            && text.charAt(text.length() - 1) == text.charAt(0);
    if (!quoted) {
      throw refusal(Words.quoted(text) + " is no string between quotes; the file is damaged");
    }
    return unescaped(text.substring(1, text.length() - 1));
  }

  /** A line with a text of Python 2, or a long one left in the file. */
  Object unicodeLine() {
    Object line = line(ISO_8859_1);
    return line instanceof String text ? unescaped(text) : line;
  }

  private String unescaped(String text) {
    return ESCAPE.matcher(text).replaceAll(escape -> Matcher.quoteReplacement(character(escape)));
  }

  private String character(MatchResult escape) {
    for (int group = 1; group <= 3; group++) {
      if (escape.group(group) != null) {
        int code = Integer.parseUnsignedInt(escape.group(group), 16);
        return Character.isValidCodePoint(code) ? Character.toString(code) : "?";
      }
    }
    return switch (escape.group(4)) {
      case "n" -> "\n";
      case "r" -> "\r";
      case "t" -> "\t";
      default -> escape.group(4);
    };
  }

  private CheckpointException refusal(String sentence) {
    return in.source().refusal(in.position(), sentence);
  }
}
