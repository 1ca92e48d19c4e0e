package retort.server.image;

import java.util.Arrays;
import retort.denoiser.ImageShape;

/**
 * Scales images, each side by itself: to fewer pixels by the mean of the area that a pixel covers,
 * to more by cubic interpolation (Catmull and Rom's, which passes through the given pixels'
 * values). Edges are repeated. Its buffers are kept from image to image; not thread-safe.
 */
final class ImageScaler {
  private AxisFilter across = new AxisFilter(1, 1);
  private AxisFilter down = new AxisFilter(1, 1);
  private float[] rows = {};
  private float[] sums = {};
  private byte[] scaled = {};

  /**
   * Scales one image.
   *
   * @param pixels grey levels [H, W, C], row-major; bytes past the image are left alone
   * @param to as many channels as {@code from}
   * @return {@code pixels} where there is nothing to scale, else a buffer that the next call writes
   *     to, which may be longer than the image
   */
  byte[] scale(byte[] pixels, ImageShape from, ImageShape to) {
    if (from.equals(to)) {
      return pixels;
    }
    across = across.between(from.width(), to.width());
    down = down.between(from.height(), to.height());
    int channels = from.channels();
    int row = to.width() * channels;
    if (rows.length < from.height() * row) {
      rows = new float[from.height() * row];
    }
    if (sums.length < row) {
      sums = new float[row];
    }
    if (scaled.length < to.elements()) {
      scaled = new byte[to.elements()];
    }
    for (int y = 0; y < from.height(); y++) {
      narrow(pixels, y * from.width() * channels, y * row, channels);
    }
    for (int y = 0; y < to.height(); y++) {
      lower(y, row);
    }
    return scaled;
  }

  /** One row across, into {@link #rows}. */
  private void narrow(byte[] pixels, int from, int to, int channels) {
    for (int x = 0; x < across.to(); x++) {
      for (int channel = 0; channel < channels; channel++) {
        float sum = 0;
        for (int tap = 0; tap < across.taps(); tap++) {
          int at = from + across.source(x, tap) * channels + channel;
          sum += across.weight(x, tap) * Byte.toUnsignedInt(pixels[at]);
        }
        rows[to + x * channels + channel] = sum;
      }
    }
  }

  /** One row of the result, into {@link #scaled}. */
  private void lower(int y, int row) {
    Arrays.fill(sums, 0, row, 0);
    for (int tap = 0; tap < down.taps(); tap++) {
      float weight = down.weight(y, tap);
      int from = down.source(y, tap) * row;
      for (int i = 0; i < row; i++) {
        sums[i] += weight * rows[from + i];
      }
    }
    for (int i = 0; i < row; i++) {
      scaled[y * row + i] = (byte) Math.max(0, Math.min(255, (int) (sums[i] + 0.5f)));
    }
  }
}
