package retort.trainer.watch;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.MetadataKeys;
import retort.trainer.distill.RunException;
import retort.trainer.distill.RunFolder;

/**
 * The network with the lowest Frechet distance that a run has measured, kept as {@code
 * NAME-best.onnx}; {@code best.json} says what it measured and when.
 *
 * <p>Networks of different numbers of steps are not compared, as Progressive Distillation makes
 * them on its way: the best begins anew with each, and patience with the last.
 *
 * <p>The network is written first. A run that is killed between the two resumes from before the
 * report, measures the same again and writes the same files.
 */
public final class BestSnapshot {
  private static final Logger LOG = LoggerFactory.getLogger(BestSnapshot.class);
  private static final String DISTANCE = "frechet_distance";
  private static final Gson GSON = new Gson();
  private static final Gson PRETTY = new GsonBuilder().setPrettyPrinting().create();

  /**
   * What {@code best.json} holds.
   *
   * @param images images shown until then
   * @param seconds time in steps until then
   * @param frechet_distance its distance
   * @param file its name in the folder
   * @param steps in which the network makes an image; 0 where it was not noted
   * @param measurements all that was measured
   * @param protocol how; distances by another cannot be compared
   */
  @SuppressWarnings("MemberName") // The names of the file.
  private record Best(
      long images,
      double seconds,
      double frechet_distance,
      String file,
      int steps,
      Map<String, Double> measurements,
      Map<String, String> protocol) {}

  private final RunFolder folder;
  private final String file;
  private final Map<String, String> protocol;
  private Optional<Best> best;

  /** The number of steps that the run is for. */
  private final int finalSteps;

  /** Measurements since the best. */
  private long since;

  /** Images shown at the newest measurement, which may be made again. */
  private long measured;

  /**
   * Goes on with what the folder holds.
   *
   * @param name of the network, such as {@code generator}
   * @param protocol how distances are measured: by which network, of how many images
   * @throws RunException when {@code best.json} cannot be read
   */
  public BestSnapshot(RunFolder folder, String name, Map<String, String> protocol) {
    this.folder = folder;
    this.file = name + "-best.onnx";
    this.protocol = new TreeMap<>(protocol);
    this.best = read(folder.resolve(RunFolder.BEST)).filter(this::comparable);
    this.finalSteps = Integer.parseInt(folder.options().getOrDefault("final-steps", "1"));
    List<Long> earlier =
        folder.statistics().stream()
            .filter(line -> line.containsKey(DISTANCE))
            .map(line -> line.getOrDefault("images", 0.0).longValue())
            .distinct()
            .toList();
    this.since = best.map(b -> earlier.stream().filter(n -> n > b.images).count()).orElse(0L);
    this.measured = earlier.stream().mapToLong(n -> n).max().orElse(-1);
    if (!earlier.isEmpty() && !Files.exists(folder.resolve(RunFolder.BEST))) {
      LOG.warn(
          "the {} measurements so far kept no network; the best is looked for from here on",
          earlier.size());
    }
  }

  private static Optional<Best> read(Path json) {
    if (!Files.exists(json)) {
      return Optional.empty();
    }
    try {
      @Nullable Best read = GSON.fromJson(Files.readString(json), TypeToken.get(Best.class));
      if (read == null || read.protocol == null || read.file == null) {
        throw new JsonParseException("fields are missing");
      }
      return Optional.of(read);
    } catch (IOException | JsonParseException e) {
      throw new RunException(
          json + ": cannot be read as what a run writes; move it away to look for a new best", e);
    }
  }

  private boolean comparable(Best earlier) {
    if (!earlier.protocol.equals(protocol)) {
      LOG.warn(
          "the best snapshot so far was measured otherwise ({} and not {}); a new one is looked for",
          earlier.protocol,
          protocol);
      return false;
    }
    return Files.exists(folder.resolve(file));
  }

  /**
   * Keeps a network if nothing better was measured.
   *
   * @param images images shown so far
   * @param seconds time in steps so far
   * @param figures what it measured
   */
  public void offer(
      long images, double seconds, Map<String, ? extends Number> figures, DenoiserModel network) {
    Map<String, Double> measurements = new LinkedHashMap<>();
    figures.forEach((key, value) -> measurements.put(key, value.doubleValue()));
    measurements.values().removeIf(value -> !Double.isFinite(value));
    double distance = measurements.getOrDefault(DISTANCE, Double.POSITIVE_INFINITY);
    int steps = network.generatorSteps().map(GeneratorSteps::count).orElse(1);
    if (best.filter(b -> b.steps != 0 && b.steps != steps).isPresent()) {
      best = Optional.empty();
      since = 0;
    }
    if (distance < best.map(Best::frechet_distance).orElse(Double.POSITIVE_INFINITY)) {
      String properties = GSON.toJson(measurements);
      network.withProperties(Map.of(MetadataKeys.MEASURED, properties)).write(folder.resolve(file));
      Best found = new Best(images, seconds, distance, file, steps, measurements, protocol);
      folder.writeText(RunFolder.BEST, PRETTY.toJson(found) + "\n");
      best = Optional.of(found);
      since = 0;
    } else if (best.isPresent() && images > Math.max(measured, best.get().images)) {
      since++;
    }
    measured = Math.max(measured, images);
  }

  /** How many measurements have brought no new best of a network of the final number of steps. */
  public long since() {
    return best.filter(b -> b.steps <= finalSteps).isPresent() ? since : 0;
  }

  /** A line to end a run with; empty where nothing was measured. */
  public Optional<String> summary() {
    return best.map(
        b ->
            String.format(
                Locale.ROOT,
                "best: Frechet distance %.4g after %,d images, %s",
                b.frechet_distance,
                b.images,
                folder.resolve(file)));
  }
}
