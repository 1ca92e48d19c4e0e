package retort.trainer.report;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
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
  private static final String STEPS = "steps";

  /** More than any run shows or lasts. */
  private static final double MOST = 1e15;

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
      if (!isWithinReason(images.orElse(-1)) || !isWithinReason(seconds.orElse(0))) {
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

  private static boolean isWithinReason(double value) {
    return value >= 0 && value <= MOST;
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
      try (BoundedLines reader = BoundedLines.of(file)) {
        for (String text = reader.next(); text != null; text = reader.next()) {
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
    long count = 0;
    try (BoundedLines reader = BoundedLines.of(file)) {
      for (String text = reader.next(); text != null; text = reader.next()) {
        count += text.startsWith(STEP) ? 1 : 0;
      }
    }
    return count;
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
    return new Series(points, beforeLastRound());
  }

  /**
   * Images shown when the last round of Progressive Distillation began, in which the student takes
   * half the steps; -1 without rounds. A line may be the mean over the end of one and the beginning
   * of the next.
   */
  private long beforeLastRound() {
    List<Line> rounds = lines.stream().filter(line -> line.values().containsKey(STEPS)).toList();
    if (rounds.isEmpty()) {
      return -1;
    }
    double last = Math.floor(rounds.get(rounds.size() - 1).values().getOrDefault(STEPS, 0.0));
    return rounds.stream()
        .filter(line -> line.values().getOrDefault(STEPS, 0.0) >= 2 * last)
        .mapToLong(Line::images)
        .max()
        .orElse(-1);
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
