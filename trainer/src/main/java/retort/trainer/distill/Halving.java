package retort.trainer.distill;

import java.util.ArrayList;
import java.util.List;
import retort.denoiser.GeneratorSteps;
import retort.noise.NoiseSchedule;

/**
 * Two steps of a teacher, from the noise level {@code start} by {@code middle} to {@code end}, that
 * a student learns to take as one.
 *
 * <p>With N steps a student visits the levels of the times 1, 1 - 1/N, ..., 1/N and ends at 0,
 * whatever the schedule. The levels of N steps are among those of 2 N.
 *
 * @param start the level at which the student estimates
 * @param middle the level at which the teacher estimates a second time
 * @param end the next level; 0 for the last step
 */
record Halving(double start, double middle, double end) {
  /**
   * A step of a student.
   *
   * @param steps how many steps the student takes
   * @param index which of them, counted from the image: 0 ends at level 0
   */
  static Halving of(NoiseSchedule schedule, int steps, int index) {
    double n = steps;
    return new Halving(
        schedule.sigmaAt((index + 1) / n),
        schedule.sigmaAt((index + 0.5) / n),
        index == 0 ? 0 : schedule.sigmaAt(index / n));
  }

  /** All steps of a student. */
  static GeneratorSteps all(NoiseSchedule schedule, int steps) {
    List<Double> sigmas = new ArrayList<>();
    for (int index = steps - 1; index >= 0; index--) {
      sigmas.add(of(schedule, steps, index).start);
    }
    return new GeneratorSteps(GeneratorSteps.Kind.EULER, sigmas);
  }

  /**
   * The share of the teacher's first estimate in what the student should answer.
   *
   * <p>A step from t to s with the estimate x ends at {@code x + (s / t) (y - x)}. The teacher's
   * two, with its estimates {@code x_1} and {@code x_2}, end where one with the estimate {@code
   * share x_1 + (1 - share) x_2} does: solve for it. It lies between the two, so no level is too
   * low or too high for it.
   */
  double firstShare() {
    return end * (start - middle) / (middle * (start - end));
  }
}
