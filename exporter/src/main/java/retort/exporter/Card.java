package retort.exporter;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import retort.file.WholeFile;

/**
 * What is told of a file: names and values in the order in which they are shown.
 *
 * @param values numbers, texts, and lists and maps of these
 */
record Card(Map<String, Object> values) {
  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  /** One line for each name; a list or a map as a line for each element. */
  String text() {
    StringBuilder text = new StringBuilder();
    values.forEach((name, value) -> append(text, name.replace('_', ' '), value));
    return text.toString();
  }

  private static void append(StringBuilder text, String name, Object value) {
    if (value instanceof Map<?, ?> map) {
      line(text, name, "");
      map.forEach((key, element) -> line(text, "  " + key, element));
    } else if (value instanceof Iterable<?> list) {
      line(text, name, "");
      list.forEach(element -> line(text, "  " + element, ""));
    } else {
      line(text, name, value);
    }
  }

  private static void line(StringBuilder text, String name, Object value) {
    Object shown =
        value instanceof Number number
            ? String.format(Locale.ROOT, "%,d", number.longValue())
            : value;
    text.append(String.format(Locale.ROOT, "%-24s %s", name, shown).stripTrailing())
        .append(System.lineSeparator());
  }

  /** The same for programs. */
  String json() {
    return JSON.toJson(values) + System.lineSeparator();
  }

  /** Writes the JSON to a file, over any of that name. */
  void write(Path file) {
    try {
      WholeFile.write(file, part -> Files.writeString(part, json()));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written (" + e + ")", e);
    }
  }
}
