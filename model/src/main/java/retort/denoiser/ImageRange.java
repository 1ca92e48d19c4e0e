package retort.denoiser;

import java.util.ArrayList;
import java.util.List;

/**
 * The units of the images that a network was trained on: {@code centre + unit * x} for our x in
 * [-1, 1]. One unit serves all channels, since all have one noise level.
 *
 * @param centre of each channel, or one for all
 * @param unit half the width of the range, positive
 */
public record ImageRange(List<Double> centre, double unit) {
  /** Our own: [-1, 1]. */
  public static final ImageRange OURS = of(-1, 1);

  public ImageRange {
    centre = List.copyOf(centre);
    if (centre.isEmpty() || !(unit > 0 && Double.isFinite(unit))) {
      throw new IllegalArgumentException(
          "the images' range has centre "
              + centre
              + " and half width "
              + unit
              + " but a centre and a positive width are needed");
    }
  }

  /** From {@code low} (black) to {@code high} (white), as {@code --range LOW,HIGH} gives them. */
  public static ImageRange of(double low, double high) {
    if (!(low < high)) {
      throw new IllegalArgumentException(
          "--range is "
              + low
              + ","
              + high
              + " but the first, black, should be less than the second, white");
    }
    return new ImageRange(List.of((low + high) / 2), (high - low) / 2);
  }

  /**
   * {@code (p - mean) / std} of pixels p in [0, 1].
   *
   * @param mean one for each channel, or one for all
   * @param std the same for every channel
   * @throws IllegalArgumentException when the standard deviations differ
   */
  public static ImageRange standardized(List<Double> mean, List<Double> std) {
    if (std.isEmpty() || std.stream().anyMatch(s -> !s.equals(std.get(0)))) {
      throw new IllegalArgumentException(
          "--std is "
              + std
              + " but should be one number for all channels: otherwise the network's noise has"
              + " another level in each channel, and a denoiser has one sigma");
    }
    List<Double> centre = new ArrayList<>();
    mean.forEach(m -> centre.add((0.5 - m) / std.get(0)));
    return new ImageRange(centre, 0.5 / std.get(0));
  }
}
