package retort.trainer.evaluate;

import retort.denoiser.ImageShape;
import retort.trainer.data.DataException;

/** Images as the 256 grey levels that a viewer would see, and back. */
final class GreyLevels {
  private static final float HALF_RANGE = 127.5f;

  private GreyLevels() {}

  /**
   * {@code clip(x * 127.5 + 128, 0, 255)}, truncated.
   *
   * @param size the values of one image
   * @param first the number of the first image, for errors
   * @throws DataException when a value is no number
   */
  static byte[] of(float[] images, int size, int first) {
    byte[] levels = new byte[images.length];
    for (int i = 0; i < levels.length; i++) {
      if (Float.isNaN(images[i])) {
        throw new DataException(
            "image %d holds NaN, so no figure can be had: the model has diverged, or the file of the images is damaged; judge an earlier snapshot, or make the images again"
                .formatted(first + i / size));
      }
      levels[i] = (byte) (int) Math.max(0f, Math.min(255f, images[i] * HALF_RANGE + 128f));
    }
    return levels;
  }

  /** Levels in [-1, 1]. */
  static float[] signed(byte[] levels) {
    float[] values = new float[levels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Byte.toUnsignedInt(levels[i]) / HALF_RANGE - 1f;
    }
    return values;
  }

  /** Levels in [0, 1]. */
  static float[] unit(byte[] levels) {
    float[] values = new float[levels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Byte.toUnsignedInt(levels[i]) / 255f;
    }
    return values;
  }

  /** Grey images [n, 1, H, W] with their one channel three times, [n, 3, H, W]. */
  static byte[] tripled(byte[] levels, ImageShape shape) {
    int size = shape.elements();
    byte[] tripled = new byte[3 * levels.length];
    for (int at = 0; at < tripled.length; at += size) {
      System.arraycopy(levels, at / (3 * size) * size, tripled, at, size);
    }
    return tripled;
  }
}
