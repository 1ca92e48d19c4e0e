package retort.trainer;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import retort.denoiser.ImageShape;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.FeatureInput;
import retort.trainer.evaluate.FeatureNetwork;

/** Flags about what a feature network's file does not say. */
final class FeatureOptions {
  @Option(
      names = "--feature-range",
      paramLabel = "RANGE",
      description =
          "How a TorchScript feature network takes images: bytes (uint8, 0 to 255), unit (0 to 1) or"
              + " signed (-1 to 1). Default: bytes where its forward has return_features.")
  private FeatureInput.@Nullable Range range;

  @Option(
      names = "--feature-channels",
      paramLabel = "N",
      description =
          "Channels that it takes, 1 or 3; grey images are repeated to three. Default: 3.")
  private @Nullable Integer channels;

  /** Reads a feature network of images; see {@link FeatureNetwork#read}. */
  FeatureNetwork read(Torch torch, Path file, ImageShape images, boolean logits) {
    return FeatureNetwork.read(torch, file, images, input(), logits);
  }

  private FeatureInput input() {
    return new FeatureInput(
        Optional.ofNullable(range),
        channels == null ? OptionalInt.empty() : OptionalInt.of(channels));
  }

  @Override
  public String toString() {
    return input().toString();
  }
}
