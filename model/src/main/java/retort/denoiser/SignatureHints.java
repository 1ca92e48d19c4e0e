package retort.denoiser;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a user says of a network's inputs and outputs; what is left out is guessed by {@link
 * SignatureGuess}.
 *
 * @param image {@code --image-input}
 * @param channelsLast {@code --layout}: whether images are [N, H, W, C]
 * @param time {@code --time-input}
 * @param label {@code --label-input}
 * @param labels {@code --labels}: how many labels the network knows, the null label included
 * @param nullLabel {@code --null-label}: the label that means none
 * @param output {@code --output}
 * @param features {@code --features}
 * @param fixed {@code --fix}: numbers for further inputs
 */
public record SignatureHints(
    Optional<String> image,
    Optional<Boolean> channelsLast,
    Optional<String> time,
    Optional<String> label,
    OptionalInt labels,
    OptionalInt nullLabel,
    Optional<String> output,
    Optional<String> features,
    Map<String, Double> fixed) {

  /** Nothing said. */
  public static final SignatureHints NONE =
      new SignatureHints(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty(),
          Map.of());

  public SignatureHints {
    fixed = Map.copyOf(fixed);
  }
}
