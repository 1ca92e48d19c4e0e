package retort.exporter.checkpoint;

import static java.util.stream.Collectors.joining;

import java.util.Collection;
import retort.exporter.checkpoint.Pickled.Blob;
import retort.exporter.checkpoint.Pickled.Entries;
import retort.exporter.checkpoint.Pickled.Global;
import retort.exporter.checkpoint.Pickled.Instance;
import retort.exporter.checkpoint.Pickled.Items;

/** What a file holds, in words for a message: short, on one line, whatever the file says. */
final class Words {
  private static final int MAX_LENGTH = 120;
  private static final int MAX_NAMES = 10;

  private Words() {}

  /** A text between quotes. */
  static String quoted(String text) {
    return "'" + plain(text) + "'";
  }

  /** A text without line ends and control characters, cut where it is long. */
  static String plain(String text) {
    return plain(text, MAX_LENGTH);
  }

  /** The same, cut after so many characters. */
  static String plain(String text, int length) {
    String cut = text.length() > length ? text.substring(0, length) + "..." : text;
    return cut.replaceAll("\\p{C}", "?");
  }

  /** Some names, the first of them where they are many. */
  static String list(Collection<String> names) {
    return names.stream().limit(MAX_NAMES).map(Words::plain).collect(joining(", "))
        + (names.size() > MAX_NAMES ? ", ..." : "");
  }

  /** A value of a pickle. */
  static String of(Object value) {
    if (value instanceof String text) {
      return "the text " + quoted(text);
    }
    if (value instanceof Number || value instanceof Boolean) {
      return plain(value.toString());
    }
    if (value instanceof Instance instance) {
      return "an object of class " + plain(instance.className());
    }
    if (value instanceof Global global) {
      return plain(global.name());
    }
    if (value instanceof Items) {
      return "a list";
    }
    if (value instanceof Entries) {
      return "a dictionary";
    }
    if (value instanceof Blob blob) {
      return blob.bytes.size() + " bytes";
    }
    if (value instanceof StoredTensor) {
      return "a tensor";
    }
    return value instanceof Storage ? "a storage" : plain(value.toString());
  }
}
