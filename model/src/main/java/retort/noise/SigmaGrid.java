package retort.noise;

import java.util.function.DoubleUnaryOperator;

/** Levels at evenly spaced times, followed by zero. */
final class SigmaGrid {

  private static final int MOST_STEPS = 1_000_000;

  private SigmaGrid() {}

  /**
   * {@code steps} values of {@code sigmaAt} at evenly spaced times from {@code first} to {@code
   * last}, both included, and then 0. One step visits {@code first} only.
   */
  static double[] of(int steps, double first, double last, DoubleUnaryOperator sigmaAt) {
    requireSteps(steps);
    double[] sigmas = new double[steps + 1];
    for (int i = 0; i < steps; i++) {
      double fraction = steps == 1 ? 0.0 : (double) i / (steps - 1);
      sigmas[i] = sigmaAt.applyAsDouble(first + fraction * (last - first));
    }
    return sigmas;
  }

  static void requireSteps(int steps) {
    if (steps < 1 || steps > MOST_STEPS) {
      throw new IllegalArgumentException(
          "steps is "
              + steps
              + " but a sampler takes at least 1 and at most "
              + MOST_STEPS
              + ": pass --steps=18, for example");
    }
  }

  static void requireRange(double sigmaMin, double sigmaMax) {
    if (!(sigmaMin > 0 && sigmaMin < sigmaMax && sigmaMax < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the noise levels run from "
              + sigmaMin
              + " to "
              + sigmaMax
              + " but 0 < sigmaMin < sigmaMax is needed, both finite: the usual range is 0.002 to"
              + " 80");
    }
  }
}
