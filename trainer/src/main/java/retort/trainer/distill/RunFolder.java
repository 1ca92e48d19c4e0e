package retort.trainer.distill;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.file.WholeFile;
import retort.graph.Tensor;
import retort.statistics.NpyException;

/**
 * The folder of one run: {@code options.json}, {@code stats.jsonl}, {@code samples-*.png}, {@code
 * state-*.npz} and the networks. Every file is written beside its place and moved there in one
 * step, so that none is ever seen half-written; {@code stats.jsonl} alone is appended to, line by
 * line.
 */
public final class RunFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);
  private static final String OPTIONS = "options.json";
  private static final String STATS = "stats.jsonl";
  private static final int STATES_KEPT = 2;
  private static final Gson PRETTY = new GsonBuilder().setPrettyPrinting().create();
  private static final Gson LINE = new GsonBuilder().serializeSpecialFloatingPointValues().create();

  /**
   * What a run has done so far.
   *
   * @param steps steps taken
   * @param images images shown
   * @param seconds time spent in steps, over all sessions
   * @param tensors the state of the method
   */
  public record Saved(long steps, long images, double seconds, Map<String, Tensor> tensors) {}

  private final Path folder;

  /** Held while the run is open; closed with it. */
  private final RunLock lock;

  /** The last line of the statistics, where it is known. */
  private String lastLine = "";

  private RunFolder(Path folder, RunLock lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Opens a new or an earlier run. An earlier one must have been started with the same options,
   * because its state belongs to them; where no state was saved yet there is nothing to lose, and
   * the options given now replace the earlier ones.
   *
   * @param folder made when it is absent
   * @param options everything that decides the run's numbers, by flag
   * @throws RunException when the folder cannot be written, is in use by another process, or holds
   *     a run with other options
   */
  public static RunFolder open(Path folder, Map<String, String> options) {
    RunFolder run;
    try {
      Files.createDirectories(folder);
      run = new RunFolder(folder, RunLock.take(folder));
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
    try {
      run.begin(options);
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
    return run;
  }

  private void begin(Map<String, String> options) {
    try {
      removeUnfinished(folder);
      if (states().isEmpty()) {
        write(OPTIONS, path -> writeText(path, PRETTY.toJson(options) + "\n"));
      } else {
        String saved = Files.readString(folder.resolve(OPTIONS));
        requireSame(folder, JsonParser.parseString(saved).getAsJsonObject(), options);
      }
    } catch (IOException e) {
      throw unwritable(folder, e);
    } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
      throw new RunException(
          folder.resolve(OPTIONS) + ": is no JSON object of texts; pass an empty folder with --out",
          e);
    }
  }

  private static RunException unwritable(Path folder, IOException e) {
    return new RunException(
        folder + ": cannot be written (" + reason(e) + "); pass a folder you may write with --out",
        e);
  }

  /** Lets other processes run in the folder. */
  @Override
  public void close() {
    lock.close();
  }

  private static void removeUnfinished(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(WholeFile::isUnfinished).toList()) {
        Files.delete(file);
      }
    }
  }

  private static void requireSame(Path folder, JsonObject saved, Map<String, String> options) {
    List<String> differences = new ArrayList<>();
    options.forEach(
        (name, value) -> {
          String before = saved.has(name) ? saved.get(name).getAsString() : "(absent)";
          if (!before.equals(value)) {
            differences.add(name + " was " + before + " and is " + value);
          }
        });
    if (!differences.isEmpty()) {
      throw new RunException(
          folder
              + ": holds a run with other options ("
              + String.join("; ", differences)
              + "). Pass the same options to resume it, or another --out.");
    }
  }

  /** The option an earlier run in this folder was started with, if there is one. */
  public static Optional<String> option(Path folder, String name) {
    Path file = folder.resolve(OPTIONS);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      JsonObject saved = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
      return Optional.ofNullable(saved.get(name)).map(value -> value.getAsString());
    } catch (IOException
        | JsonParseException
        | IllegalStateException
        | UnsupportedOperationException e) {
      throw new RunException(file + ": cannot be read; pass an empty folder with --out", e);
    }
  }

  /** A file of the run. */
  public Path resolve(String name) {
    return folder.resolve(name);
  }

  /** Saves a state and drops all but the newest two. */
  public void save(Saved saved) {
    write("state-%012d.npz".formatted(saved.images()), path -> StateFile.write(path, saved));
    List<Path> states = states();
    for (Path old : states.subList(0, Math.max(0, states.size() - STATES_KEPT))) {
      delete(old);
    }
  }

  /**
   * The newest state that can be read, if there is one; later lines of the statistics are dropped,
   * because the resumed run will write them again.
   *
   * @throws RunException when there are states and none can be read
   */
  public Optional<Saved> newest() {
    List<Path> states = states();
    for (int i = states.size() - 1; i >= 0; i--) {
      try {
        Saved saved = StateFile.read(states.get(i));
        dropStatsAfter(saved.images());
        return Optional.of(saved);
      } catch (NpyException e) {
        LOG.warn("{}; looking for an older state", e.getMessage());
      }
    }
    if (!states.isEmpty()) {
      throw new RunException(
          states.get(states.size() - 1)
              + ": is damaged, and no older state is whole; restore it, or start again with another"
              + " --out");
    }
    dropStatsAfter(0);
    return Optional.empty();
  }

  private List<Path> states() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("state-\\d+\\.npz"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new RunException(folder + ": cannot be listed (" + reason(e) + ")", e);
    }
  }

  private void dropStatsAfter(long images) {
    Path stats = folder.resolve(STATS);
    if (!Files.exists(stats)) {
      return;
    }
    try {
      List<String> kept = new ArrayList<>();
      for (String line : Files.readAllLines(stats)) {
        if (!line.endsWith("}")) {
          continue;
        }
        JsonElement shown = JsonParser.parseString(line).getAsJsonObject().get("images");
        if (shown != null && shown.getAsLong() <= images) {
          kept.add(line);
        }
      }
      lastLine = kept.isEmpty() ? "" : kept.get(kept.size() - 1);
      write(STATS, path -> writeText(path, kept.isEmpty() ? "" : String.join("\n", kept) + "\n"));
    } catch (IOException | JsonParseException | IllegalStateException e) {
      throw new RunException(stats + ": cannot be read; move it away to resume", e);
    }
  }

  /** Appends a line of statistics, unless a report that is made again has left it there. */
  public void record(Map<String, ? extends Number> values) {
    String line = LINE.toJson(values);
    if (line.equals(lastLine)) {
      return;
    }
    try {
      Files.writeString(
          folder.resolve(STATS), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      lastLine = line;
    } catch (IOException e) {
      throw new RunException(folder.resolve(STATS) + ": cannot be written (" + reason(e) + ")", e);
    }
  }

  /** Writes a file as {@link WholeFile} does. */
  public void write(String name, Consumer<Path> writer) {
    try {
      WholeFile.write(folder.resolve(name), writer::accept);
    } catch (IOException e) {
      throw unsaved(name, e);
    } catch (NpyException e) {
      // It names the file that is written first, which is gone when the user looks.
      throw unsaved(name, e.getCause() instanceof IOException cause ? cause : e);
    }
  }

  private RunException unsaved(String name, Exception e) {
    return new RunException(
        folder.resolve(name)
            + ": cannot be written ("
            + reason(e)
            + "); what was saved before is whole",
        e);
  }

  private static void writeText(Path path, String text) {
    try {
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new RunException(file + ": cannot be deleted (" + reason(e) + ")", e);
    }
  }

  private static String reason(Exception e) {
    return e.getClass().getSimpleName().replace("Exception", "") + ": " + e.getMessage();
  }
}
