package retort.trainer.distill;

import java.util.function.BooleanSupplier;

/** Who is told how a run goes. The thread that trains calls it; its time does not count. */
@FunctionalInterface
public interface RunWatcher {
  /**
   * Steps are about to be taken; what a resumed run will report again is gone from its folder.
   *
   * @param interrupted whether the process was asked to end
   */
  default void began(BooleanSupplier interrupted) {}

  /**
   * The run has passed a multiple of the interval between reports, or is over. A report that is
   * given up because the process was asked to end records no line, and the resumed run makes it.
   */
  void report(TrainingLoop.Position position);

  /** Whether the run should end before it has shown all images; asked before each step. */
  default boolean enough() {
    return false;
  }

  /** The run is over, and its last report is made. */
  default void ended() {}
}
