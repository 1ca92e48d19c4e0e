package retort.denoiser;

/**
 * The shape of one image or latent, {@code [C, H, W]}.
 *
 * @param channels C
 * @param height H, in pixels
 * @param width W, in pixels
 */
public record ImageShape(int channels, int height, int width) {

  public ImageShape {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "image shape [%d, %d, %d] has an empty dimension: channels, height and width are at least 1"
              .formatted(channels, height, width));
    }
    if ((long) channels * height > Integer.MAX_VALUE / width) {
      throw new IllegalArgumentException(
          "image shape [%d, %d, %d] has more than %d elements, which no array holds"
              .formatted(channels, height, width, Integer.MAX_VALUE));
    }
  }

  /** The number of values in one image: {@code channels * height * width}. */
  public int elements() {
    return channels * height * width;
  }

  @Override
  public String toString() {
    return "[" + channels + ", " + height + ", " + width + "]";
  }
}
