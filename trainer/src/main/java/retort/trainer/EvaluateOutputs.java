package retort.trainer;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import retort.file.WholeFile;
import retort.noise.UniformDraws;
import retort.statistics.FeatureRows;
import retort.statistics.NpyArray;
import retort.statistics.NpzFile;
import retort.statistics.RowDraw;
import retort.trainer.evaluate.FeatureNetwork;
import retort.trainer.evaluate.ImageSet;
import retort.trainer.evaluate.Measurement;
import retort.trainer.evaluate.ReferenceStatistics;

/** Flags about the files that {@code evaluate} writes. */
final class EvaluateOutputs {
  /** Decides of which images a reference keeps features. */
  private static final UniformDraws REFERENCE_DRAWS = new UniformDraws(0, 0);

  @Option(
      names = "--write-reference",
      paramLabel = "FILE",
      description = "Write the statistics of these images here, to be a reference. Default: not.")
  private @Nullable Path written;

  @Option(
      names = "--reference-features",
      paramLabel = "N",
      description =
          "Images, drawn at random, of which --write-reference keeps features; 0 for none."
              + " Default: ${DEFAULT-VALUE}.")
  private int referenceFeatures = 10_000;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the JSON here too. Default: to standard output alone.")
  private @Nullable Path out;

  @Option(
      names = "--features-out",
      paramLabel = "FILE",
      description = "Write the features here (.npz, features float32 [N, F]). Default: not.")
  private @Nullable Path featuresOut;

  /**
   * Refuses what cannot be written, before any time is spent on what goes there.
   *
   * @param inputs the files that are read, by flag
   */
  void check(Map<String, Path> inputs) {
    if (referenceFeatures < 0 || referenceFeatures == 1) {
      throw new IllegalArgumentException(
          "--reference-features is " + referenceFeatures + " but should be 0 or at least 2");
    }
    requirePlace("--write-reference", written);
    requirePlace("--features-out", featuresOut);
    requirePlace("--out", out);
    Map<Path, String> taken = new HashMap<>();
    inputs.forEach((flag, file) -> taken.putIfAbsent(identity(file), flag));
    requireUnused("--write-reference", written, taken);
    requireUnused("--features-out", featuresOut, taken);
    requireUnused("--out", out, taken);
  }

  private static void requireUnused(String flag, @Nullable Path file, Map<Path, String> taken) {
    if (file == null) {
      return;
    }
    String other = taken.putIfAbsent(identity(file), flag);
    if (other != null) {
      throw new IllegalArgumentException(
          flag + " is " + file + ", which is the file of " + other + " too; pass another file");
    }
  }

  /** One path for all the ways to name a file, which need not exist yet. */
  private static Path identity(Path file) {
    Path whole = file.toAbsolutePath().normalize();
    try {
      Path folder = whole.getParent();
      return folder == null || Files.exists(whole)
          ? whole.toRealPath()
          : folder.toRealPath().resolve(whole.getFileName());
    } catch (IOException e) {
      return whole; // Whoever opens it says what is wrong.
    }
  }

  private static void requirePlace(String flag, @Nullable Path file) {
    if (file == null) {
      return;
    }
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          flag + " is " + file + " but " + folder + " is no folder; make it, or pass another file");
    }
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(flag + " is " + file + ", a folder; pass a file");
    }
  }

  /** Whether the features of all images are wanted. */
  boolean needRows() {
    return featuresOut != null;
  }

  /** Of which images, in which order, a reference that is to be written has features. */
  int[] referenceRows(int count) {
    return written == null
        ? new int[0]
        : RowDraw.of(count, Math.min(referenceFeatures, count), REFERENCE_DRAWS);
  }

  /**
   * Writes the files that are wanted.
   *
   * @param measured with the rows of all images in their order, or of {@link #referenceRows}
   * @param allRows which of them
   * @param results as JSON
   */
  void write(
      FeatureNetwork network,
      ImageSet images,
      Measurement measured,
      boolean allRows,
      String results) {
    if (written != null) {
      FeatureRows kept = measured.kept();
      FeatureRows rows = allRows ? kept.rows(referenceRows(images.count())) : kept;
      new ReferenceStatistics(
              measured.moments(),
              Optional.of(rows).filter(some -> some.count() > 0),
              Optional.of(network.digest()))
          .write(written);
    }
    if (featuresOut != null) {
      writeFeatures(featuresOut, measured.kept(), images.origin());
    }
    if (out != null) {
      writeText(out, results);
    }
  }

  private static void writeFeatures(Path file, FeatureRows rows, Map<String, String> origin) {
    byte[] text = new Gson().toJson(origin).getBytes(StandardCharsets.UTF_8);
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put("features", NpyArray.of(rows.values(), rows.count(), rows.dimension()));
    arrays.put("origin", NpyArray.ofUnsignedBytes(text, text.length));
    NpzFile.write(file, arrays);
  }

  private static void writeText(Path file, String text) {
    try {
      WholeFile.write(file, part -> Files.writeString(part, text + System.lineSeparator()));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written (" + e + ")", e);
    }
  }
}
