package retort.trainer.distill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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
 * line, and the event file that follows from it.
 */
public final class RunFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);

  /** Says which snapshot was the best. */
  public static final String BEST = "best.json";

  /** What the samples should look like: the teacher's on the same noise, or real images. */
  public static final String REFERENCE_SAMPLES = "reference-samples.png";

  /** What was said about a run that does not go well, a line each. */
  public static final String ADVICE = "advice.jsonl";

  /** The options that decide the run's numbers. */
  public static final String OPTIONS = "options.json";

  /** The statistics, a line each. */
  public static final String STATS = "stats.jsonl";

  private static final int STATES_KEPT = 2;

  /** What tells of an earlier run, which may have had other options. */
  private static final List<String> BEGUN_ANEW = List.of(BEST, REFERENCE_SAMPLES, ADVICE);

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

  private final StatsFile stats;

  private RunFolder(Path folder, RunLock lock) {
    this.folder = folder;
    this.lock = lock;
    this.stats = new StatsFile(folder.resolve(STATS));
  }

  /**
   * Opens a new or an earlier run. An earlier one must have been started with the same options,
   * because its state belongs to them; where no state was saved yet there is nothing to lose, and
   * the options given now replace the earlier ones.
   *
   * @param folder made when it is absent
   * @param options everything that decides the run's numbers, by flag
   * @param changeable names of those that decide no more than rounding and draws, so that an
   *     earlier run may have had others
   * @throws RunException when the folder cannot be written, is in use by another process, or holds
   *     a run with other options
   */
  public static RunFolder open(Path folder, Map<String, String> options, Set<String> changeable) {
    RunFolder run;
    try {
      Files.createDirectories(folder);
      run = new RunFolder(folder, RunLock.take(folder));
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
    try {
      run.begin(options, changeable);
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
    return run;
  }

  private void begin(Map<String, String> options, Set<String> changeable) {
    try {
      removeUnfinished(folder);
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
    if (states().isEmpty()) {
      writeText(OPTIONS, OptionsFile.text(options));
    } else {
      List<String> changed = OptionsFile.requireSame(folder, options(), options, changeable);
      if (!changed.isEmpty()) {
        LOG.warn(
            "{}: goes on all the same, as good a run but no longer the same bit for bit",
            String.join("; ", changed));
      }
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

  /** The option an earlier run in this folder was started with, if there is one. */
  public static Optional<String> option(Path folder, String name) {
    Path file = folder.resolve(OPTIONS);
    return Files.isRegularFile(file)
        ? Optional.ofNullable(OptionsFile.read(file).get(name))
        : Optional.empty();
  }

  /** Everything that decides the run's numbers, by flag. */
  public Map<String, String> options() {
    return OptionsFile.read(folder.resolve(OPTIONS));
  }

  /** When the run was started first: from then on, its options stay. */
  public Instant firstStart() {
    try {
      return Files.getLastModifiedTime(folder.resolve(OPTIONS)).toInstant();
    } catch (IOException e) {
      throw new RunException(folder.resolve(OPTIONS) + ": cannot be read (" + reason(e) + ")", e);
    }
  }

  /** A file of the run. */
  public Path resolve(String name) {
    return folder.resolve(name);
  }

  /** Saves a state and drops all but the newest two. */
  public void save(Saved saved) {
    write(stateName(saved.images()), path -> StateFile.write(path, saved));
    List<Path> states = states();
    for (Path old : states.subList(0, Math.max(0, states.size() - STATES_KEPT))) {
      delete(old);
    }
  }

  /**
   * The newest state that can be read, if there is one; later statistics and samples are dropped,
   * because the resumed run will write them again.
   *
   * @throws RunException when there are states and none can be read
   */
  public Optional<Saved> newest() {
    List<Path> states = states();
    for (int i = states.size() - 1; i >= 0; i--) {
      try {
        Saved saved = StateFile.read(states.get(i));
        dropReportsAfter(saved.images());
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
    dropReportsAfter(0);
    BEGUN_ANEW.forEach(name -> delete(folder.resolve(name)));
    named(".*-best\\.onnx").forEach(RunFolder::delete);
    return Optional.empty();
  }

  /** Name of the state that was saved after so many images. */
  public static String stateName(long images) {
    return "state-%012d.npz".formatted(images);
  }

  private List<Path> states() {
    return named("state-\\d+\\.npz");
  }

  /** The grids of samples, the oldest first. */
  private List<Path> samples() {
    return named("samples-\\d+\\.png");
  }

  private List<Path> named(String pattern) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().matches(pattern)).sorted().toList();
    } catch (IOException e) {
      throw new RunException(folder + ": cannot be listed (" + reason(e) + ")", e);
    }
  }

  private void dropReportsAfter(long images) {
    stats.dropAfter(images);
    samples().stream().filter(file -> imagesOf(file) > images).forEach(RunFolder::delete);
  }

  /** The grid of samples after so many images. */
  public Path samples(long images) {
    return folder.resolve("samples-%012d.png".formatted(images));
  }

  /** The number of images of the last grid of samples before one, if there is one. */
  public OptionalLong sampledBefore(long images) {
    return samples().stream().mapToLong(RunFolder::imagesOf).filter(n -> n < images).max();
  }

  private static long imagesOf(Path file) {
    return Long.parseLong(file.getFileName().toString().replaceAll("\\D", ""));
  }

  /** The numbers of every line of the statistics so far. */
  public List<Map<String, Double>> statistics() {
    return stats.lines();
  }

  /** Shows every line of statistics to come to a follower, once it is written. */
  public void follow(Consumer<Map<String, Double>> follower) {
    stats.follow(follower);
  }

  /** Appends a line of statistics; a report that is made again replaces the earlier one. */
  public void record(Map<String, ? extends Number> values) {
    stats.record(values);
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

  /** Writes a text likewise. */
  public void writeText(String name, String text) {
    write(
        name,
        path -> {
          try {
            Files.writeString(path, text);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new RunException(file + ": cannot be deleted (" + reason(e) + ")", e);
    }
  }

  static String reason(Exception e) {
    return e.getClass().getSimpleName().replace("Exception", "") + ": " + e.getMessage();
  }
}
