package retort.exporter;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import retort.exporter.checkpoint.Checkpoint;
import retort.exporter.intake.Comparison;
import retort.network.features.Lpips;

/** Flags about networks that images are compared by: features, and LPIPS. */
final class ComparisonOptions {
  @Option(
      names = "--lpips",
      paramLabel = "FILE",
      description =
          "The linear layers of LPIPS: with the trunk's weights they make a perceptual distance."
              + " Default: none, for features.")
  private @Nullable Path lpips;

  @Option(
      names = "--lpips-version",
      paramLabel = "V",
      defaultValue = "0.1",
      description = "Which release of these, 0.0 or 0.1. Default: ${DEFAULT-VALUE}.")
  private String version = "0.1";

  @Option(
      names = "--size",
      split = ",",
      paramLabel = "N",
      description =
          "Height and width of the images, or one number for both. Default: 64 for LPIPS, else what"
              + " the network was trained on.")
  private int @Nullable [] size;

  @Option(
      names = "--resize",
      paramLabel = "N",
      defaultValue = "0",
      description = "What LPIPS brings images to first, such as 224. Default: nothing.")
  private int resize;

  /** The network in a checkpoint; empty when it is none of these. */
  Optional<Comparison> network(Checkpoint checkpoint) {
    return lpips == null
        ? Comparison.of(checkpoint, form())
        : Optional.of(Comparison.distance(checkpoint, Checkpoint.read(lpips), form()));
  }

  private Comparison.Form form() {
    if (!version.equals("0.0") && !version.equals("0.1")) {
      throw new IllegalArgumentException(
          "--lpips-version is " + version + " but should be 0.0 or 0.1");
    }
    if (resize < 0) {
      throw new IllegalArgumentException(
          "--resize is " + resize + " but should be a size in pixels, such as 224");
    }
    return new Comparison.Form(
        version.equals("0.0") ? Lpips.Version.V0_0 : Lpips.Version.V0_1,
        Optional.ofNullable(size).map(ComparisonOptions::size),
        resize);
  }

  private static Comparison.Size size(int[] numbers) {
    boolean positive = true;
    for (int number : numbers) {
      positive &= number > 0;
    }
    if (!positive || numbers.length < 1 || numbers.length > 2) {
      throw new IllegalArgumentException(
          "--size should be one or two positive numbers, such as 64 or 48,64");
    }
    return new Comparison.Size(numbers[0], numbers[numbers.length - 1]);
  }
}
