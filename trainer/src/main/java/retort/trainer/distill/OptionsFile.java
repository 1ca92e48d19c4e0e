package retort.trainer.distill;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code options.json}: what a run was started with, by flag. */
final class OptionsFile {
  private static final Gson PRETTY = new GsonBuilder().setPrettyPrinting().create();

  private OptionsFile() {}

  static String text(Map<String, String> options) {
    return PRETTY.toJson(options) + "\n";
  }

  /**
   * Reads the options.
   *
   * @throws RunException when the file is no JSON object of texts, or cannot be read
   */
  static Map<String, String> read(Path file) {
    try {
      JsonObject saved = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
      Map<String, String> options = new LinkedHashMap<>();
      saved
          .entrySet()
          .forEach(entry -> options.put(entry.getKey(), entry.getValue().getAsString()));
      return options;
    } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
      throw new RunException(
          file + ": is no JSON object of texts; pass an empty folder with --out", e);
    } catch (IOException e) {
      throw new RunException(file + ": cannot be read; pass an empty folder with --out", e);
    }
  }

  /**
   * Refuses other options than those of an earlier run.
   *
   * @param changeable the names of those that may differ
   * @return which of these differ, and how
   */
  static List<String> requireSame(
      Path folder, Map<String, String> saved, Map<String, String> options, Set<String> changeable) {
    List<String> changed = new ArrayList<>();
    List<String> differences = new ArrayList<>();
    options.forEach(
        (name, value) -> {
          String before = saved.getOrDefault(name, "(absent)");
          if (!before.equals(value)) {
            List<String> list = changeable.contains(name) ? changed : differences;
            list.add(name + " was " + before + " and is " + value);
          }
        });
    if (!differences.isEmpty()) {
      throw new RunException(
          folder
              + ": holds a run with other options ("
              + String.join("; ", differences)
              + "). Pass the same options to resume it, or another --out.");
    }
    return changed;
  }
}
