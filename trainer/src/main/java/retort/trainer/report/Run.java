package retort.trainer.report;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import retort.file.WholeFile;
import retort.trainer.distill.RunFolder;

/**
 * A run folder as it was found. What is missing or damaged is left out, and {@code notices} say so:
 * a page about a broken run is worth more than none.
 *
 * @param folder where it is
 * @param state whether it goes on
 * @param options what it was started with, by flag
 * @param statistics its numbers
 * @param grids its sample grids, the earliest first
 * @param reference what they should look like
 * @param advice what it noticed about itself
 * @param sessions its sessions, the newest last, as {@code environment.json} has them
 * @param evaluation what was measured after it, if that was
 * @param files its other files, by name
 * @param lastLine when its statistics last grew
 * @param notices what is missing or damaged, a sentence each
 */
public record Run(
    Path folder,
    State state,
    Map<String, String> options,
    RunStatistics statistics,
    List<Grid> grids,
    Optional<Grid> reference,
    List<Advice> advice,
    List<JsonObject> sessions,
    Optional<Evaluation> evaluation,
    List<Path> files,
    Optional<Instant> lastLine,
    List<String> notices) {
  static final String ENVIRONMENT = "environment.json";
  static final String EVALUATION = "evaluation.json";

  /** Whether a run goes on, or how it ended. */
  public enum State {
    RUNNING,
    FINISHED,
    INTERRUPTED,
    FAILED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Optional<State> of(String name) {
      return Stream.of(values()).filter(state -> state.toString().equals(name)).findFirst();
    }
  }

  /** Whether a folder holds a run, or what is left of one. */
  static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(RunFolder.OPTIONS))
        || Files.exists(folder.resolve(RunFolder.STATS));
  }

  /**
   * Reads a folder.
   *
   * @param running whether a process is at work in it
   */
  static Run read(Path folder, boolean running) {
    List<String> notices = new ArrayList<>();
    List<Path> files = list(folder, notices);
    RunStatistics statistics = RunStatistics.read(folder.resolve(RunFolder.STATS), notices);
    List<JsonObject> sessions = RunSession.read(folder.resolve(ENVIRONMENT), notices);
    List<Grid> grids = new ArrayList<>();
    for (Path file : files) {
      if (Grid.isNamed(file)) {
        Grid.read(file)
            .ifPresentOrElse(
                grids::add, () -> notices.add(file.getFileName() + " is no whole picture."));
      }
    }
    grids.sort(Comparator.comparingLong(Grid::images));
    Optional<JsonObject> evaluation = object(folder.resolve(EVALUATION), notices);
    return new Run(
        folder,
        state(running, sessions, statistics, files),
        options(folder, notices),
        statistics,
        List.copyOf(grids),
        Grid.reference(folder),
        advice(folder.resolve(RunFolder.ADVICE), notices),
        List.copyOf(sessions),
        evaluation.flatMap(json -> Evaluation.of(json, EVALUATION)),
        files.stream().filter(file -> !Grid.isNamed(file)).toList(),
        changed(folder.resolve(RunFolder.STATS)),
        List.copyOf(notices));
  }

  private static List<Path> list(Path folder, List<String> notices) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> Files.isRegularFile(file) && !WholeFile.isUnfinished(file))
          .sorted()
          .toList();
    } catch (IOException e) {
      notices.add("the folder cannot be listed (" + e.getClass().getSimpleName() + ").");
      return List.of();
    }
  }

  private static Map<String, String> options(Path folder, List<String> notices) {
    Path file = folder.resolve(RunFolder.OPTIONS);
    if (!Files.exists(file)) {
      notices.add(RunFolder.OPTIONS + " is missing.");
    }
    Map<String, String> options = new LinkedHashMap<>();
    object(file, notices)
        .ifPresent(
            json -> json.entrySet().forEach(e -> options.put(e.getKey(), Json.text(e.getValue()))));
    return options;
  }

  private static Optional<JsonObject> object(Path file, List<String> notices) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Optional<JsonObject> read = Optional.empty();
    try {
      read = Json.object(Json.read(file));
    } catch (IOException e) {
      notices.add(unread(file, e));
      return read;
    }
    if (read.isEmpty()) {
      notices.add(file.getFileName() + " is damaged: it is no JSON object.");
    }
    return read;
  }

  private static String unread(Path file, IOException e) {
    return file.getFileName() + " cannot be read (" + e.getMessage() + ").";
  }

  private static List<Advice> advice(Path file, List<String> notices) {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      return Json.read(file).lines().flatMap(line -> Advice.parse(line).stream()).toList();
    } catch (IOException e) {
      notices.add(unread(file, e));
      return List.of();
    }
  }

  /** A run that says nothing of its end has come to it when it reported on its newest state. */
  private static State state(
      boolean running, List<JsonObject> sessions, RunStatistics statistics, List<Path> files) {
    if (running) {
      return State.RUNNING;
    }
    if (!sessions.isEmpty()) {
      JsonObject last = sessions.get(sessions.size() - 1);
      return State.of(Json.text(last.get("end"))).orElse(State.INTERRUPTED);
    }
    boolean reported =
        statistics
            .last()
            .filter(RunStatistics.Line::isReport)
            .map(line -> RunFolder.stateName(line.images()))
            .filter(name -> files.stream().anyMatch(f -> f.getFileName().toString().equals(name)))
            .isPresent();
    return reported ? State.FINISHED : State.INTERRUPTED;
  }

  private static Optional<Instant> changed(Path file) {
    try {
      return Optional.of(Files.getLastModifiedTime(file).toInstant());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** How the run is called. */
  String name() {
    return folder.toAbsolutePath().normalize().getFileName().toString();
  }

  /** The method, or the command of a run that has none. */
  String method() {
    return options.getOrDefault("method", options.getOrDefault("command", "run"));
  }

  /** A number of the newest session. */
  OptionalDouble target(String name) {
    return sessions.isEmpty()
        ? OptionalDouble.empty()
        : Json.number(sessions.get(sessions.size() - 1).get(name));
  }

  /** The newest evaluation made after the run, else the last that it made itself. */
  Optional<Evaluation> judged() {
    return evaluation.or(() -> Evaluation.last(statistics));
  }

  /** What the run measured by itself of the Frechet distance. */
  Series frechetDistance() {
    return statistics.series(Measure.FRECHET_DISTANCE.key());
  }
}
