package retort.trainer.evaluate;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a feature network's file cannot say of the images it takes.
 *
 * @param range of the values
 * @param channels of an image, 1 or 3
 */
public record FeatureInput(Optional<Range> range, OptionalInt channels) {
  /** Nothing beside the file. */
  public static final FeatureInput OF_THE_FILE =
      new FeatureInput(Optional.empty(), OptionalInt.empty());

  /** How an image's 256 grey levels are given to a TorchScript module. */
  public enum Range {
    /** uint8, 0 to 255. */
    BYTES,
    /** float32, 0 to 1. */
    UNIT,
    /** float32, -1 to 1. */
    SIGNED
  }

  public FeatureInput {
    if (channels.isPresent() && channels.getAsInt() != 1 && channels.getAsInt() != 3) {
      throw new IllegalArgumentException(
          "--feature-channels is " + channels.getAsInt() + " but should be 1 or 3");
    }
  }
}
