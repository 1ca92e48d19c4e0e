package retort.trainer.evaluate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.statistics.FeatureRows;
import retort.statistics.NpyArray;
import retort.statistics.NpyException;
import retort.statistics.NpyType;
import retort.statistics.NpzFile;

/**
 * Features computed so far, in files of a folder that belongs to one evaluation, so that the same
 * evaluation goes on from there after whatever ended it.
 *
 * <p>Every half minute the new ones become a file of their own, whole or not at all, named by its
 * first image. What cannot be kept is computed again: nothing here fails an evaluation.
 */
final class FeatureCache {
  private static final Logger LOG = LoggerFactory.getLogger(FeatureCache.class);
  private static final long SAVE_NANOS = 30_000_000_000L;
  private static final String FEATURES = "features";
  private static final String LOGITS = "logits";
  private static final String LABELS = "labels";

  private final Path folder;
  private final LongSupplier clock;
  private final List<FeatureBatch> pending = new ArrayList<>();
  private final List<int[]> pendingLabels = new ArrayList<>();
  private int saved;
  private long savedNanos;
  private boolean broken;

  /**
   * Keeps features in a folder, which need not exist.
   *
   * @param folder named by all that decides the features
   * @param clock nanoseconds from any origin
   */
  FeatureCache(Path folder, LongSupplier clock) {
    this.folder = folder;
    this.clock = clock;
    this.savedNanos = clock.getAsLong();
  }

  /**
   * Hands over what an earlier session kept.
   *
   * @param network with as many features and logits
   * @return for how many images, from the first on
   */
  int replay(FeatureNetwork network, BiConsumer<FeatureBatch, int[]> to) {
    for (Optional<Path> file = next(); file.isPresent(); file = next()) {
      try {
        Map<String, NpyArray> arrays = NpzFile.read(file.get());
        FeatureRows features = rows(arrays, FEATURES, network.dimension());
        Optional<FeatureRows> logits =
            network.classes() == 0
                ? Optional.empty()
                : Optional.of(rows(arrays, LOGITS, network.classes()));
        to.accept(new FeatureBatch(features, logits), labels(arrays));
        saved += features.count();
      } catch (NpyException e) {
        LOG.warn("{}; features from image {} on are computed again", e.getMessage(), saved);
        break;
      }
    }
    return saved;
  }

  private Optional<Path> next() {
    return Optional.of(file()).filter(Files::exists);
  }

  private Path file() {
    return folder.resolve("features-%012d.npz".formatted(saved));
  }

  private FeatureRows rows(Map<String, NpyArray> arrays, String name, int dimension) {
    NpyArray array = arrays.get(name);
    if (array == null || array.shape().length != 2 || array.shape()[1] != dimension) {
      throw new NpyException(file() + ": has no " + name + " [n, " + dimension + "]");
    }
    return new FeatureRows(array.floats(), dimension);
  }

  private int[] labels(Map<String, NpyArray> arrays) {
    NpyArray labels = arrays.get(LABELS);
    if (labels == null || labels.type() != NpyType.INT32) {
      throw new NpyException(file() + ": has no labels");
    }
    return Arrays.stream(labels.longs()).mapToInt(Math::toIntExact).toArray();
  }

  /** Takes the features of the next images. */
  void add(FeatureBatch batch, int... labels) {
    if (broken) {
      return;
    }
    pending.add(batch);
    pendingLabels.add(labels);
    if (clock.getAsLong() - savedNanos >= SAVE_NANOS) {
      save();
    }
  }

  /** Keeps all that was taken, now. */
  void save() {
    if (pending.isEmpty() || broken) {
      return;
    }
    FeatureBatch batch = FeatureBatch.join(pending);
    int[] labels = pendingLabels.stream().flatMapToInt(Arrays::stream).toArray();
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put(FEATURES, matrix(batch.features()));
    batch.logits().ifPresent(logits -> arrays.put(LOGITS, matrix(logits)));
    arrays.put(LABELS, NpyArray.of(labels, labels.length));
    try {
      Files.createDirectories(folder);
      NpzFile.write(file(), arrays);
      saved += batch.features().count();
    } catch (IOException | NpyException e) {
      broken = true;
      LOG.warn("features computed so far cannot be kept in {}: {}", folder, e.getMessage());
    }
    pending.clear();
    pendingLabels.clear();
    savedNanos = clock.getAsLong();
  }

  private static NpyArray matrix(FeatureRows rows) {
    return NpyArray.of(rows.values(), rows.count(), rows.dimension());
  }

  /** For how many images features are kept. */
  int saved() {
    return saved;
  }

  /** Forgets everything, for the evaluation is complete. */
  void delete() {
    try (Stream<Path> files = Files.exists(folder) ? Files.list(folder) : Stream.empty()) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.warn("{} is of no use any more, but cannot be removed: {}", folder, e.toString());
    }
  }
}
