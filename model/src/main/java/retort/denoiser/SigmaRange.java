package retort.denoiser;

import java.util.Locale;
import java.util.Map;
import retort.onnx.OnnxException;

/**
 * The noise levels that a denoiser was made for; a sampler stays within them.
 *
 * @param min the lowest, 0 for any
 * @param max the highest, infinite for any
 */
public record SigmaRange(double min, double max) {
  /** Every noise level. */
  public static final SigmaRange ALL = new SigmaRange(0, Double.POSITIVE_INFINITY);

  public SigmaRange {
    if (!(min >= 0 && min < max)) {
      throw new IllegalArgumentException(
          "the noise levels of a denoiser run from "
              + min
              + " to "
              + max
              + " but 0 <= minimum < maximum is needed");
    }
  }

  /** The level of the range that is closest to {@code sigma}. */
  public double nearest(double sigma) {
    return Math.min(Math.max(sigma, min), max);
  }

  /** The same levels in units of which {@code unit} make one. */
  SigmaRange over(double unit) {
    return new SigmaRange(min / unit, max / unit);
  }

  /** What a file says of this range; nothing for {@link #ALL}. */
  public Map<String, String> properties() {
    return equals(ALL)
        ? Map.of()
        : Map.of(
            MetadataKeys.SIGMA_MIN, Double.toString(min),
            MetadataKeys.SIGMA_MAX, Double.toString(max));
  }

  /**
   * The range that a file says; {@link #ALL} where it says nothing.
   *
   * @throws OnnxException when it says something else than a range
   */
  static SigmaRange of(Map<String, String> properties) {
    String min = properties.getOrDefault(MetadataKeys.SIGMA_MIN, "0");
    String max = properties.getOrDefault(MetadataKeys.SIGMA_MAX, "Infinity");
    try {
      return new SigmaRange(Double.parseDouble(min), Double.parseDouble(max));
    } catch (IllegalArgumentException e) {
      throw new OnnxException(
          "metadata "
              + MetadataKeys.SIGMA_MIN
              + " is '"
              + min
              + "' and "
              + MetadataKeys.SIGMA_MAX
              + " is '"
              + max
              + "', but two numbers are expected, the second larger",
          e);
    }
  }

  /** The levels as a reader wants them: any, or sigma from the lowest to the highest. */
  @Override
  public String toString() {
    return equals(ALL) ? "any sigma" : String.format(Locale.ROOT, "sigma %.4g to %.4g", min, max);
  }
}
