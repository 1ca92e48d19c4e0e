package retort.trainer;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import retort.trainer.distill.AverageConfig;

/** Flags about the moving average of the weights: one law or the other. */
final class AverageOptions {
  @Option(
      names = "--ema",
      paramLabel = "N",
      description = "Half-life of the weights' average, in images. Default: 500000.")
  private @Nullable Double halfLife;

  @Option(
      names = "--ema-ramp",
      paramLabel = "R",
      description = "Its bound, as a share of the images shown. Default: 0.05.")
  private @Nullable Double ramp;

  @Option(
      names = "--ema-std",
      paramLabel = "S",
      description =
          "Average by a power law of this width instead, a share of the run; EDM2 has 0.05 and 0.10."
              + " Default: by half-life.")
  private @Nullable Double deviation;

  private double halfLife() {
    return halfLife != null ? halfLife : 500_000;
  }

  private double ramp() {
    return ramp != null ? ramp : 0.05;
  }

  AverageConfig config() {
    if (deviation == null) {
      return AverageConfig.halfLife(halfLife(), ramp());
    }
    if (halfLife != null || ramp != null) {
      throw new IllegalArgumentException(
          "--ema-std is a law of its own, without --ema and --ema-ramp; pass it, or them");
    }
    return AverageConfig.power(deviation);
  }

  void describe(Map<String, String> options) {
    if (deviation != null) {
      options.put("ema-std", deviation.toString());
    } else {
      options.put("ema", Double.toString(halfLife()));
      options.put("ema-ramp", Double.toString(ramp()));
    }
  }
}
