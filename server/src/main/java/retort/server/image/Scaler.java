package retort.server.image;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import retort.denoiser.ImageShape;

/**
 * Scales images of one thread, row by row: a few old rows are scaled across and then summed to a
 * new one. Sums are whole numbers and rounded once, half up, so that a flat image stays flat and
 * the same pixels give the same bytes on every machine. Not thread-safe.
 */
final class Scaler {
  /** More lengths than these at once are forgotten, and computed again. */
  private static final int MAX_SIDES = 16;

  /** As many as a cubic sum needs; of an average by area the last row is needed once more. */
  private static final int KEPT_ROWS = 4;

  private static final int WHITE = 255;

  private record Lengths(int from, int to) {}

  private final Map<Lengths, ScaledSide> sides = new HashMap<>();

  /** Old rows that were scaled across, and which they are. */
  private final int[][] rows = new int[KEPT_ROWS][0];

  private final int[] rowsAre = new int[KEPT_ROWS];
  private long[] sums = new long[0];
  private byte[] scaled = new byte[0];

  /**
   * An image in another size.
   *
   * @param pixels grey levels [H, W, C], row-major; bytes past the image are left alone
   * @param to its new shape, with as many channels
   * @return the new image, and perhaps bytes past it; good until the next call
   */
  byte[] scale(byte[] pixels, ImageShape from, ImageShape to) {
    ScaledSide width = side(from.width(), to.width());
    ScaledSide height = side(from.height(), to.height());
    int row = to.width() * to.channels();
    if (sums.length < row) {
      sums = new long[row];
      Arrays.setAll(rows, i -> new int[row]);
    }
    if (scaled.length < to.elements()) {
      scaled = new byte[to.elements()];
    }
    Arrays.fill(rowsAre, -1);
    long divisor = (long) width.divisor() * height.divisor();
    double inverse = 1.0 / divisor;
    for (int y = 0; y < height.length(); y++) {
      Arrays.fill(sums, 0, row, divisor / 2);
      for (int tap = 0; tap < height.taps(); tap++) {
        long weight = height.weight(y, tap);
        if (weight != 0) {
          int[] old = across(pixels, height.first(y) + tap, from, width);
          for (int i = 0; i < row; i++) {
            sums[i] += weight * old[i];
          }
        }
      }
      for (int i = 0; i < row; i++) {
        // As a division of longs, and sooner: with the half added, no quotient is so near a whole
        // number that the product's error of 2^-43 could reach it.
        int level = (int) ((sums[i] + 0.5) * inverse);
        scaled[y * row + i] = (byte) Math.max(0, Math.min(WHITE, level));
      }
    }
    return scaled;
  }

  private ScaledSide side(int from, int to) {
    if (sides.size() == MAX_SIDES) {
      sides.clear();
    }
    return sides.computeIfAbsent(
        new Lengths(from, to), lengths -> ScaledSide.of(lengths.from, lengths.to));
  }

  /** An old row, scaled across. */
  private int[] across(byte[] pixels, int y, ImageShape from, ScaledSide width) {
    int[] row = rows[y % KEPT_ROWS];
    if (rowsAre[y % KEPT_ROWS] == y) {
      return row;
    }
    rowsAre[y % KEPT_ROWS] = y;
    int channels = from.channels();
    int begin = y * from.width() * channels;
    int at = 0;
    for (int x = 0; x < width.length(); x++) {
      int first = begin + width.first(x) * channels;
      for (int channel = 0; channel < channels; channel++) {
        int sum = 0;
        for (int tap = 0; tap < width.taps(); tap++) {
          sum += width.weight(x, tap) * (pixels[first + tap * channels + channel] & 0xff);
        }
        row[at++] = sum;
      }
    }
    return row;
  }
}
