package retort.trainer;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import retort.denoiser.ImageShape;
import retort.file.FileDigest;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.FeatureNetwork;
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
  private long every;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description =
          "End the run after so many measurements without a new best. Default: it goes on.")
  private long patience;

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

  /** Refuses flags of measurements where nothing is measured, and numbers below 0. */
  private void checkSchedule() {
    require("--measure-every", every);
    require("--patience", patience);
  }

  private void require(String flag, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(flag + " is " + value + " but should be at least 1");
    }
    if (value > 0 && !wanted()) {
      throw new IllegalArgumentException(
          flag + " is given but nothing is measured; pass --features and --reference too");
    }
  }

  /** Whether a measurement is due at a report, given the images of the report before. */
  boolean due(long before, long now) {
    return every == 0 || before / every != now / every;
  }

  /** Whether so many measurements without a new best end a run. */
  boolean enough(long sinceBest) {
    return patience > 0 && sinceBest >= patience;
  }

  /** The number of such measurements; 0 for a run that goes on. */
  long patience() {
    return patience;
  }

  /** All that decides what is measured; measurements by another protocol cannot be compared. */
  Map<String, String> protocol() {
    return Map.of(
        "features", FileDigest.of(Objects.requireNonNull(features)),
        "reference", FileDigest.of(Objects.requireNonNull(reference)),
        "measure-images", Integer.toString(count),
        "measure-seed", Long.toString(firstSeed));
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
    /** Measures images of a source: {@code frechet_distance} and whatever else can be had. */
    Map<String, Number> measure(ImageSource source, int labels) {
      Measurement measurement = judge.measurement();
      source.generate(
          firstSeed, count, labels, (images, label) -> judge.show(images, label, measurement));
      return judge.figures(measurement);
    }
  }
}
