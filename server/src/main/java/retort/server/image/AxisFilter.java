package retort.server.image;

/** Which pixels of a side make each pixel of the scaled side, and how much each counts. */
final class AxisFilter {
  /** Of the cubic: it reaches over two pixels to either side. */
  private static final int CUBIC_TAPS = 4;

  private final int from;
  private final int to;
  private final int taps;
  private final int[] sources;
  private final float[] weights;

  /** A filter from a side of {@code from} pixels to one of {@code to}. */
  AxisFilter(int from, int to) {
    this.from = from;
    this.to = to;
    taps = to < from ? (from + to - 1) / to + 1 : CUBIC_TAPS;
    sources = new int[to * taps];
    weights = new float[to * taps];
    for (int i = 0; i < to; i++) {
      if (to < from) {
        area(i);
      } else {
        cubic(i);
      }
    }
  }

  /** This filter, or a new one where it is between other sides. */
  AxisFilter between(int from, int to) {
    return this.from == from && this.to == to ? this : new AxisFilter(from, to);
  }

  /** Pixel i covers [i s, (i + 1) s) of the given side, s = from / to, in whole parts of 1 / to. */
  private void area(int i) {
    long begin = (long) i * from;
    long end = begin + from;
    int first = (int) (begin / to);
    for (int tap = 0; tap < taps; tap++) {
      int source = Math.min(first + tap, from - 1);
      long covered =
          Math.min(end, (long) (first + tap + 1) * to) - Math.max(begin, (long) (first + tap) * to);
      sources[i * taps + tap] = source;
      weights[i * taps + tap] = Math.max(0, covered) / (float) from;
    }
  }

  /** Centres lie at (i + 1/2) from / to - 1/2. */
  private void cubic(int i) {
    double centre = (i + 0.5) * from / to - 0.5;
    int first = (int) Math.floor(centre) - 1;
    for (int tap = 0; tap < taps; tap++) {
      sources[i * taps + tap] = Math.max(0, Math.min(from - 1, first + tap));
      weights[i * taps + tap] = (float) catmullRom(Math.abs(centre - (first + tap)));
    }
  }

  private static double catmullRom(double x) {
    return x < 1 ? 1 + x * x * (1.5 * x - 2.5) : x < 2 ? 2 + x * (-4 + x * (2.5 - 0.5 * x)) : 0;
  }

  int to() {
    return to;
  }

  /** How many pixels make one. */
  int taps() {
    return taps;
  }

  /** The number of a pixel that counts for pixel {@code i}. */
  int source(int i, int tap) {
    return sources[i * taps + tap];
  }

  /** How much it counts; the weights of a pixel sum to 1. */
  float weight(int i, int tap) {
    return weights[i * taps + tap];
  }
}
