package retort.sampling;

/** The arithmetic of one step. */
final class Steps {

  private Steps() {}

  static void require(int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(
          "steps is " + steps + " but a sampler needs at least 1: pass --steps=18, for example");
    }
  }

  /** {@code x + h * d}. */
  static double[] along(double[] x, double h, double[] d) {
    double[] next = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      next[i] = x[i] + h * d[i];
    }
    return next;
  }

  /** {@code x + h * (d1 + d2) / 2}: the trapezoid. */
  static double[] along(double[] x, double h, double[] d1, double[] d2) {
    double[] next = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      next[i] = x[i] + h * (0.5 * d1[i] + 0.5 * d2[i]);
    }
    return next;
  }

  /** {@code from + share * (to - from)}. */
  static double[] between(double[] from, double[] to, double share) {
    double[] between = new double[from.length];
    for (int i = 0; i < from.length; i++) {
      between[i] = from[i] + share * (to[i] - from[i]);
    }
    return between;
  }
}
