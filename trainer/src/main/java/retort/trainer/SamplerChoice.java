package retort.trainer;

import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import retort.noise.NoiseSchedule;
import retort.sampling.Churn;
import retort.sampling.EulerSampler;
import retort.sampling.HeunSampler;
import retort.sampling.MultistepSampler;
import retort.sampling.Sampler;
import retort.trainer.distill.NoisePairs;

/** The samplers of the command line. */
enum SamplerChoice {
  /** EDM's, the only one with churn. */
  HEUN(NoisePairs.DETERMINISTIC) {
    @Override
    Sampler sampler(NoiseSchedule levels, int steps, Churn churn) {
      return new HeunSampler(levels, steps, churn);
    }
  },

  /** Straight lines in sigma. */
  EULER("euler") {
    @Override
    Sampler sampler(NoiseSchedule levels, int steps, Churn churn) {
      return new EulerSampler(levels, steps);
    }
  },

  /** Deterministic DDIM, which is the same in sigma. */
  DDIM("euler") {
    @Override
    Sampler sampler(NoiseSchedule levels, int steps, Churn churn) {
      return new EulerSampler(levels, steps);
    }
  },

  /** DPM-Solver++(2M). */
  DPM("dpm++") {
    @Override
    Sampler sampler(NoiseSchedule levels, int steps, Churn churn) {
      return new MultistepSampler(levels, steps);
    }

    @Override
    public String toString() {
      return origin();
    }
  };

  /** For picocli, whose own tells the names of constants, and none may be {@code DPM++}. */
  static final class Converter implements ITypeConverter<SamplerChoice> {
    @Override
    public SamplerChoice convert(String text) {
      return Arrays.stream(values())
          .filter(choice -> choice.toString().equalsIgnoreCase(text))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'" + text + "' is none of " + Arrays.toString(values())));
    }
  }

  private final String origin;

  SamplerChoice(String origin) {
    this.origin = origin;
  }

  /** What a file of its images calls it: one name for what makes the same images. */
  String origin() {
    return origin;
  }

  /** The sampler over these levels; only Heun's takes churn. */
  abstract Sampler sampler(NoiseSchedule levels, int steps, Churn churn);

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
