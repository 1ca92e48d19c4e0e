package retort.server.image;

import java.util.Arrays;

/**
 * How a row or column of pixels becomes one of another length: each new pixel is a weighted mean of
 * {@link #taps} old ones that stand together. Weights are whole numbers whose sum is {@link
 * #divisor}, so that the same pixels give the same bytes on every machine.
 *
 * <p>A shorter side is averaged by area: a new pixel covers {@code from / to} old ones, and each
 * counts by how much of it is covered. A longer side is interpolated by Keys' cubic convolution (R.
 * Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -1/2), which
 * goes through the old pixels' values; past the ends the last pixel goes on.
 */
final class ScaledSide {
  /** Of cubic weights: the error is less than a tenth of a grey level. */
  private static final int CUBIC_DIVISOR = 1 << 14;

  private static final int CUBIC_TAPS = 4;

  private final int divisor;
  private final int taps;
  private final int[] first;
  private final int[] weights;

  private ScaledSide(int divisor, int taps, int to) {
    this.divisor = divisor;
    this.taps = taps;
    first = new int[to];
    weights = new int[to * taps];
  }

  /**
   * For a side of a length.
   *
   * @param from the old length, in pixels
   * @param to the new one
   */
  static ScaledSide of(int from, int to) {
    if (from == to) {
      ScaledSide same = new ScaledSide(1, 1, to);
      Arrays.setAll(same.first, i -> i);
      Arrays.fill(same.weights, 1);
      return same;
    }
    return to < from ? byArea(from, to) : cubic(from, to);
  }

  /** In units of which an old pixel has {@code to}, and a new one {@code from}. */
  private static ScaledSide byArea(int from, int to) {
    int taps = from % to == 0 ? from / to : Math.min(from, from / to + 2);
    ScaledSide side = new ScaledSide(from, taps, to);
    for (int i = 0; i < to; i++) {
      long begin = (long) i * from;
      long end = begin + from;
      side.first[i] = (int) Math.min(begin / to, from - taps);
      for (int tap = 0; tap < taps; tap++) {
        long old = (long) (side.first[i] + tap) * to;
        long covered = Math.min(end, old + to) - Math.max(begin, old);
        side.weights[i * taps + tap] = (int) Math.max(0, covered);
      }
    }
    return side;
  }

  private static ScaledSide cubic(int from, int to) {
    int taps = Math.min(from, CUBIC_TAPS);
    ScaledSide side = new ScaledSide(CUBIC_DIVISOR, taps, to);
    for (int i = 0; i < to; i++) {
      // The middle of the new pixel among the middles of the old, times 2 to.
      int middle = (2 * i + 1) * from - to;
      int before = Math.floorDiv(middle, 2 * to);
      int[] around = cubicWeights(Math.floorMod(middle, 2 * to) / (2.0 * to));
      side.first[i] = Math.max(0, Math.min(before - 1, from - taps));
      for (int tap = 0; tap < CUBIC_TAPS; tap++) {
        int old = Math.max(0, Math.min(before - 1 + tap, from - 1));
        side.weights[i * taps + old - side.first[i]] += around[tap];
      }
    }
    return side;
  }

  /** Of the two pixels before a point and the two after it, which is {@code t} between. */
  private static int[] cubicWeights(double t) {
    int[] weights = {
      rounded(((2 - t) * t - 1) * t / 2),
      0,
      rounded(((4 - 3 * t) * t + 1) * t / 2),
      rounded((t - 1) * t * t / 2)
    };
    weights[1] = CUBIC_DIVISOR - weights[0] - weights[2] - weights[3];
    return weights;
  }

  private static int rounded(double weight) {
    return (int) Math.rint(weight * CUBIC_DIVISOR);
  }

  /** What the sum of a new pixel's weighted old ones is divided by. */
  int divisor() {
    return divisor;
  }

  /** How many old pixels a new one is made of, those without weight included. */
  int taps() {
    return taps;
  }

  /** The new length, in pixels. */
  int length() {
    return first.length;
  }

  /** The first old pixel that a new one is made of. */
  int first(int pixel) {
    return first[pixel];
  }

  /** The weight of the old pixel {@code first(pixel) + tap}. */
  int weight(int pixel, int tap) {
    return weights[pixel * taps + tap];
  }
}
