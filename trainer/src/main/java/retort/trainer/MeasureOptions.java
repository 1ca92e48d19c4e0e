package retort.trainer;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import retort.denoiser.ImageShape;
import retort.file.FileDigest;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.FeatureInput;
import retort.trainer.evaluate.FeatureNetwork;
import retort.trainer.evaluate.GeneratedImages;
import retort.trainer.evaluate.ImageSource;
import retort.trainer.evaluate.Judge;
import retort.trainer.evaluate.Measurement;
import retort.trainer.evaluate.Metric;
import retort.trainer.evaluate.ReferenceStatistics;

/** Flags about measuring generated images: which network, against what, and how many. */
final class MeasureOptions {
  @Option(
      names = "--features",
      paramLabel = "FILE",
      description =
          "Feature network, ONNX or TorchScript, as for 'evaluate'. Default: nothing is measured.")
  private @Nullable Path features;

  @Mixin private FeatureOptions input = new FeatureOptions();

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description =
          "Statistics of real images under that network, as 'evaluate' writes them; goes with"
              + " --features.")
  private @Nullable Path reference;

  @Option(
      names = "--measure-images",
      paramLabel = "N",
      description = "Images to generate for a measurement. Default: ${DEFAULT-VALUE}.")
  private int count = 10_000;

  @Option(
      names = "--measure-seed",
      paramLabel = "N",
      description =
          "Seed of the first image; image k has this seed + k. Default: ${DEFAULT-VALUE}.")
  private long firstSeed = 1_000_000;

  @Option(
      names = "--measure-every",
      paramLabel = "N",
      description =
          "Measure at the first report after so many images, and at the last. Default: at every"
              + " report.")
  private @Nullable Long every;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description =
          "End the run after so many measurements without a new best. Default: it goes on.")
  private @Nullable Long patience;

  boolean wanted() {
    return features != null || reference != null;
  }

  /** Refuses what cannot be measured with, before anything is read or written. */
  void check() {
    if ((features == null) != (reference == null)) {
      throw new IllegalArgumentException(
          "--features and --reference belong together: the network, and statistics under it");
    }
    if (count < 2) {
      throw new IllegalArgumentException(
          "--measure-images is " + count + " but should be at least 2");
    }
    checkSchedule();
  }

  /** Refuses flags of measurements where nothing is measured, and numbers below 1. */
  private void checkSchedule() {
    require("--measure-every", every);
    require("--patience", patience);
  }

  private void require(String flag, @Nullable Long value) {
    if (value != null && value < 1) {
      throw new IllegalArgumentException(flag + " is " + value + " but should be at least 1");
    }
    if (value != null && !wanted()) {
      throw new IllegalArgumentException(
          flag + " is given but nothing is measured; pass --features and --reference too");
    }
  }

  /** Whether a measurement is due at a report, given the images of the report before. */
  boolean due(long before, long now) {
    return every == null || before / every != now / every;
  }

  /** Whether so many measurements without a new best end a run. */
  boolean enough(long sinceBest) {
    return patience != null && sinceBest >= patience;
  }

  /** The number of such measurements; 0 for a run that goes on. */
  long patience() {
    return patience == null ? 0 : patience;
  }

  /** All that decides what is measured; measurements by another protocol cannot be compared. */
  Map<String, String> protocol() {
    Map<String, String> protocol = new TreeMap<>();
    protocol.put("features", FileDigest.of(Objects.requireNonNull(features)));
    protocol.put("reference", FileDigest.of(Objects.requireNonNull(reference)));
    protocol.put("measure-images", Integer.toString(count));
    protocol.put("measure-seed", Long.toString(firstSeed));
    // Left out where it says nothing, as runs did before there was anything to say.
    if (!input.toString().equals(FeatureInput.OF_THE_FILE.toString())) {
      protocol.put("feature-input", input.toString());
    }
    return protocol;
  }

  /** Opens network and statistics once, for measurements to come. */
  Measuring open(Torch torch, ImageShape shape) {
    Path features = Objects.requireNonNull(this.features);
    Path reference = Objects.requireNonNull(this.reference);
    FeatureNetwork network = input.read(torch, features, shape, true);
    ReferenceStatistics statistics = ReferenceStatistics.read(reference);
    network.require(statistics, reference);
    Judge judge = new Judge(network, Optional.of(statistics), EnumSet.allOf(Metric.class), count);
    return new Measuring(judge, count, firstSeed);
  }

  /** What a number of images is worth. */
  record Measuring(Judge judge, int count, long firstSeed) {
    /**
     * Measures images of a source: {@code frechet_distance} and whatever else can be had; nothing
     * when it was interrupted before all were made.
     */
    Optional<Map<String, Number>> measure(
        ImageSource source, int labels, BooleanSupplier interrupted) {
      Measurement measurement = judge.measurement();
      new GeneratedImages(source, labels, Map.of(), firstSeed, count)
          .read(
              0,
              (images, label) -> {
                judge.show(images, label, measurement);
                return !interrupted.getAsBoolean();
              });
      return measurement.count() < count
          ? Optional.empty()
          : Optional.of(judge.figures(measurement));
    }
  }
}
