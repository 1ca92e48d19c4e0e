package retort.trainer.distill;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import retort.file.WholeFile;

/** {@code stats.jsonl}: the one file of a run that is appended to, line by line. */
final class StatsFile {
  private static final Gson LINE = new GsonBuilder().serializeSpecialFloatingPointValues().create();

  private static final String STEP = "step";
  private static final String IMAGES = "images";

  private final Path file;
  private final List<Consumer<Map<String, Double>>> followers = new ArrayList<>();

  /** The last line, where it is known. */
  private String lastLine = "";

  StatsFile(Path file) {
    this.file = file;
  }

  /**
   * Appends a line, unless a report that is made again has left it there, and shows it to the
   * followers. A report takes the place of an earlier one after the same images.
   */
  void record(Map<String, ? extends Number> values) {
    String line = LINE.toJson(values);
    if (line.equals(lastLine)) {
      return;
    }
    Map<String, Double> numbers = new LinkedHashMap<>();
    values.forEach((name, value) -> numbers.put(name, value.doubleValue()));
    if (!numbers.containsKey(STEP)) {
      dropReports(numbers.getOrDefault(IMAGES, Double.NaN));
    }
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      lastLine = line;
    } catch (IOException e) {
      throw unwritten(e);
    }
    followers.forEach(follower -> follower.accept(numbers));
  }

  private void dropReports(double images) {
    List<String> lines = whole();
    List<String> kept =
        lines.stream()
            .filter(
                line -> {
                  Map<String, Double> numbers = numbers(line);
                  return numbers.containsKey(STEP) || shown(numbers) != images;
                })
            .toList();
    if (kept.size() < lines.size()) {
      keep(kept);
    }
  }

  void follow(Consumer<Map<String, Double>> follower) {
    followers.add(follower);
  }

  /** The numbers of every whole line. */
  List<Map<String, Double>> lines() {
    return whole().stream().map(StatsFile::numbers).toList();
  }

  private static Map<String, Double> numbers(String line) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    JsonParser.parseString(line)
        .getAsJsonObject()
        .entrySet()
        .forEach(entry -> numbers.put(entry.getKey(), entry.getValue().getAsDouble()));
    return numbers;
  }

  /** Keeps the lines up to a number of images. */
  void dropAfter(long images) {
    if (!Files.exists(file)) {
      return;
    }
    List<String> kept = whole().stream().filter(line -> shown(numbers(line)) <= images).toList();
    lastLine = kept.isEmpty() ? "" : kept.get(kept.size() - 1);
    keep(kept);
  }

  private void keep(List<String> kept) {
    String text = kept.isEmpty() ? "" : String.join("\n", kept) + "\n";
    try {
      WholeFile.write(file, path -> Files.writeString(path, text));
    } catch (IOException e) {
      throw unwritten(e);
    }
  }

  private RunException unwritten(IOException e) {
    return new RunException(file + ": cannot be written (" + RunFolder.reason(e) + ")", e);
  }

  /** Images shown at a line; those of a line that does not say are never reached. */
  private static double shown(Map<String, Double> line) {
    return line.getOrDefault(IMAGES, Double.POSITIVE_INFINITY);
  }

  /** The lines that are no half of one, and hold numbers. */
  private List<String> whole() {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      List<String> lines =
          Files.readAllLines(file).stream().filter(line -> line.endsWith("}")).toList();
      if (lines.stream().anyMatch(line -> Double.isNaN(shown(numbers(line))))) {
        throw new RunException(
            file + ": a line's images are no number; mend it or move the file away to resume");
      }
      return lines;
    } catch (IOException
        | JsonParseException
        | IllegalStateException
        | UnsupportedOperationException
        | NumberFormatException e) {
      throw new RunException(file + ": cannot be read; move it away to resume", e);
    }
  }
}
