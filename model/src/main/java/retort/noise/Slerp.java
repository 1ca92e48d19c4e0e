package retort.noise;

/**
 * Spherical interpolation between two noises: the path along a great circle, on which every point
 * is as likely as its ends, where a straight line would pass through noise that is too weak.
 *
 * <p>With {@code theta = acos(<a, b> / (|a| |b|))}, the point at t is {@code a sin((1 - t) theta) /
 * sin(theta) + b sin(t theta) / sin(theta)} (Shoemake 1985). Sums run in order in float64, sines
 * are {@link StrictMath}'s, and each element is rounded once to float32: the same bits on every
 * JVM.
 */
public final class Slerp {
  /** Below this sine the ends are (anti)parallel and the formula divides by nearly 0. */
  private static final double PARALLEL = 1e-6;

  private Slerp() {}

  /**
   * Moves {@code a} towards {@code b}, in place.
   *
   * @param t 0 leaves {@code a} as it is, 1 would be {@code b}
   * @throws IllegalArgumentException when the lengths differ, or t is outside [0, 1]
   */
  public static void move(float[] a, float[] b, double t) {
    if (a.length != b.length || !(t >= 0 && t <= 1)) {
      throw new IllegalArgumentException(
          "noises of "
              + a.length
              + " and "
              + b.length
              + " elements, t = "
              + t
              + ": lengths must agree and t lie in [0, 1]");
    }
    if (t == 0) {
      return;
    }
    double dot = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      squareA += (double) a[i] * a[i];
      squareB += (double) b[i] * b[i];
    }
    double cosine = dot / Math.sqrt(squareA * squareB);
    double theta = StrictMath.acos(Math.max(-1, Math.min(1, cosine)));
    double sine = StrictMath.sin(theta);
    boolean parallel = !(sine > PARALLEL);
    double weightA = parallel ? 1 - t : StrictMath.sin((1 - t) * theta) / sine;
    double weightB = parallel ? t : StrictMath.sin(t * theta) / sine;
    for (int i = 0; i < a.length; i++) {
      a[i] = (float) (weightA * a[i] + weightB * b[i]);
    }
  }
}
