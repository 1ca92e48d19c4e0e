package retort.trainer.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import retort.trainer.report.Series.Point;

/**
 * The numbers of a run, from its {@code stats.jsonl}.
 *
 * @param lines in the order of the file
 */
record RunStatistics(List<Line> lines) {
  /** Lines about steps that are read of one run; a longer run's are taken at equal distances. */
  private static final int MOST_LINES = 20_000;

  private static final String STEP = "{\"step\"";

  /**
   * One line.
   *
   * @param images images shown by then
   * @param seconds time spent in steps by then
   * @param isReport whether it tells of a report, and not of steps
   * @param values what it says, by name, without these
   */
  record Line(long images, double seconds, boolean isReport, Map<String, Double> values) {
    private static Optional<Line> parse(String text) {
      return Json.object(text).flatMap(Line::of);
    }

    private static Optional<Line> of(JsonObject object) {
      OptionalDouble images = Json.number(object.get("images"));
      OptionalDouble seconds = Json.number(object.get("seconds"));
      if (!(images.orElse(-1) >= 0) || !(seconds.orElse(0) >= 0)) {
        return Optional.empty();
      }
      Map<String, Double> values = new LinkedHashMap<>();
      for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
        Json.number(entry.getValue()).ifPresent(value -> values.put(entry.getKey(), value));
      }
      boolean isReport = values.remove("step") == null;
      values.remove("images");
      values.remove("seconds");
      return Optional.of(
          new Line((long) images.orElse(0), seconds.orElse(0), isReport, Map.copyOf(values)));
    }
  }

  RunStatistics {
    lines = List.copyOf(lines);
  }

  /**
   * Reads a file. The last line may be half-written, and is then left out without a word.
   *
   * @param notices told of anything else that is wrong
   */
  static RunStatistics read(Path file, List<String> notices) {
    List<Line> lines = new ArrayList<>();
    int damaged = 0;
    try {
      long every = Math.max(1, (count(file) + MOST_LINES - 1) / MOST_LINES);
      boolean lastDamaged = false;
      long number = 0;
      try (BufferedReader reader = open(file)) {
        for (String text = reader.readLine(); text != null; text = reader.readLine()) {
          if (text.isBlank() || (text.startsWith(STEP) && number++ % every != 0)) {
            continue;
          }
          Optional<Line> line = Line.parse(text);
          line.ifPresent(lines::add);
          lastDamaged = line.isEmpty();
          damaged += lastDamaged ? 1 : 0;
        }
      }
      damaged -= lastDamaged ? 1 : 0;
      if (every > 1) {
        notices.add("stats.jsonl is long: one of %d lines about steps is shown.".formatted(every));
      }
    } catch (IOException e) {
      notices.add("stats.jsonl cannot be read (" + e.getClass().getSimpleName() + ").");
    }
    if (damaged > 0) {
      notices.add("stats.jsonl: %d damaged lines are left out.".formatted(damaged));
    }
    return new RunStatistics(lines);
  }

  private static long count(Path file) throws IOException {
    try (BufferedReader reader = open(file)) {
      return reader.lines().filter(line -> line.startsWith(STEP)).count();
    }
  }

  /** Replaces bytes that are no text, where a decoder of Files would give up. */
  private static BufferedReader open(Path file) throws IOException {
    return new BufferedReader(
        new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
  }

  /** The newest line, if there is one. */
  Optional<Line> last() {
    return lines.isEmpty() ? Optional.empty() : Optional.of(lines.get(lines.size() - 1));
  }

  /** The names of all numbers, in the order in which they first appear. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    // The order within a line is that of the alphabet: a map does not keep the file's.
    lines.forEach(line -> line.values().keySet().stream().sorted().forEach(names::add));
    return names;
  }

  /** One number over the run, empty when no line has it. */
  Series series(String name) {
    List<Point> points = new ArrayList<>();
    for (Line line : lines) {
      Double value = line.values().get(name);
      if (value != null) {
        points.add(new Point(line.images(), line.seconds(), value));
      }
    }
    return new Series(points);
  }

  /** Images a second, of the time in steps, between one line about steps and the next. */
  Series rate() {
    List<Point> points = new ArrayList<>();
    long images = 0;
    double seconds = 0;
    for (Line line : lines) {
      if (!line.isReport() && line.images() > images && line.seconds() > seconds) {
        double rate = (line.images() - images) / (line.seconds() - seconds);
        points.add(new Point(line.images(), line.seconds(), rate));
        images = line.images();
        seconds = line.seconds();
      }
    }
    return new Series(points);
  }
}
