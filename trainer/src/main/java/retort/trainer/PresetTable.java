package retort.trainer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The hyper-parameters of one method: a row for each of its flags, a column for each set of
 * defaults, as papers print them. The tables are resources beside this class.
 */
final class PresetTable {
  private final String method;
  private final List<String> presets;
  private final Map<String, List<String>> rows;

  private PresetTable(String method, List<String> presets, Map<String, List<String>> rows) {
    this.method = method;
    this.presets = presets;
    this.rows = rows;
  }

  /** Reads the table of a method. */
  static PresetTable of(String method) {
    String resource = "presets/" + method + ".txt";
    try (InputStream in = PresetTable.class.getResourceAsStream(resource)) {
      String text =
          new String(Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
      List<List<String>> lines = new ArrayList<>();
      text.lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> Arrays.asList(line.trim().split(" +")))
          .forEach(lines::add);
      List<String> header = lines.get(0);
      Map<String, List<String>> rows = new LinkedHashMap<>();
      for (List<String> line : lines.subList(1, lines.size())) {
        if (line.size() != header.size()) {
          throw new IllegalStateException(resource + ": " + line + " does not fit " + header);
        }
        rows.put(line.get(0), line.subList(1, line.size()));
      }
      return new PresetTable(method, header.subList(1, header.size()), rows);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names of the presets. */
  List<String> presets() {
    return presets;
  }

  /** The flags that the method has. */
  List<String> flags() {
    return List.copyOf(rows.keySet());
  }

  /**
   * A preset's values by flag.
   *
   * @throws IllegalArgumentException when there is no such preset
   */
  Map<String, String> values(String preset) {
    int column = presets.indexOf(preset);
    if (column < 0) {
      throw new IllegalArgumentException(
          "--preset is "
              + preset
              + " but --method "
              + method
              + " has "
              + String.join(", ", presets));
    }
    Map<String, String> values = new LinkedHashMap<>();
    rows.forEach((flag, cells) -> values.put(flag, cells.get(column)));
    return values;
  }
}
