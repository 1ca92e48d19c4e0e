package retort.denoiser;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import retort.onnx.OnnxException;

/**
 * How a generator runs its denoiser: the noise levels that it visits, from {@code sigma_1 * noise}
 * on, and how it goes from one to the next. The last answer is the image.
 *
 * @param kind how it goes on; of no consequence for one step
 * @param sigmas the levels, decreasing
 */
public record GeneratorSteps(Kind kind, List<Double> sigmas) {
  /** How an estimate D at the level sigma becomes the state at the next level, sigma'. */
  public enum Kind {
    /**
     * Along the line to the estimate: {@code y' = y + (sigma' - sigma) (y - D) / sigma}. For a
     * variance-preserving network this is deterministic DDIM.
     */
    EULER,
    /** From the estimate, with fresh noise: {@code y' = D + sigma' noise'}. */
    RENOISE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public GeneratorSteps {
    sigmas = List.copyOf(sigmas);
    boolean positive = sigmas.stream().allMatch(sigma -> sigma > 0 && Double.isFinite(sigma));
    boolean decreasing = !sigmas.isEmpty();
    for (int i = 1; i < sigmas.size(); i++) {
      decreasing &= sigmas.get(i) < sigmas.get(i - 1);
    }
    if (!positive || !decreasing) {
      throw new IllegalArgumentException(
          "the noise levels of a generator's steps are "
              + sigmas
              + " but should be positive and decrease");
    }
  }

  /** One step. */
  public static GeneratorSteps one(double sigmaInit) {
    return new GeneratorSteps(Kind.EULER, List.of(sigmaInit));
  }

  /** How many times the denoiser is called. */
  public int count() {
    return sigmas.size();
  }

  /** The noise level of a step, counted from 0. */
  public double sigma(int step) {
    return sigmas.get(step);
  }

  /** How many images of noise a generated image takes: 1, and one more for each that is added. */
  public int noises() {
    return kind == Kind.RENOISE ? count() : 1;
  }

  /** The name of a generator's input for the noise before a step: {@code noise, noise_1, ...}. */
  public static String noiseName(int step) {
    return step == 0 ? DenoiserModel.NOISE : DenoiserModel.NOISE + "_" + step;
  }

  /** What a file says of these steps; {@code retort.sigma_init} alone where there is one. */
  public Map<String, String> properties() {
    Map<String, String> properties = new TreeMap<>();
    properties.put(MetadataKeys.SIGMA_INIT, Double.toString(sigma(0)));
    if (count() > 1) {
      properties.put(
          MetadataKeys.SIGMAS,
          sigmas.stream().map(String::valueOf).collect(Collectors.joining(",")));
      properties.put(MetadataKeys.STEP_KIND, kind.toString());
    }
    return properties;
  }

  /**
   * The steps that a file says; empty for a teacher, which has none of its own.
   *
   * @throws OnnxException when it says something else
   */
  public static Optional<GeneratorSteps> of(Map<String, String> properties) {
    String first = properties.get(MetadataKeys.SIGMA_INIT);
    if (first == null) {
      return Optional.empty();
    }
    GeneratorSteps one = read(MetadataKeys.SIGMA_INIT, Kind.EULER, first, "a positive number");
    String all = properties.get(MetadataKeys.SIGMAS);
    if (all == null) {
      return Optional.of(one);
    }
    String kind = properties.getOrDefault(MetadataKeys.STEP_KIND, "");
    Kind known =
        Arrays.stream(Kind.values())
            .filter(value -> value.toString().equals(kind))
            .findFirst()
            .orElseThrow(
                () ->
                    new OnnxException(
                        "metadata "
                            + MetadataKeys.STEP_KIND
                            + " is '"
                            + kind
                            + "' but this Retort knows euler and renoise; update Retort"));
    return Optional.of(read(MetadataKeys.SIGMAS, known, all, "positive numbers that decrease"));
  }

  private static GeneratorSteps read(String key, Kind kind, String text, String expected) {
    try {
      return new GeneratorSteps(
          kind, Arrays.stream(text.split(",", -1)).map(Double::valueOf).toList());
    } catch (IllegalArgumentException e) {
      throw new OnnxException(
          "metadata "
              + key
              + " is '"
              + text
              + "' but should be "
              + expected
              + "; distil the teacher again",
          e);
    }
  }
}
