package retort.trainer.distill;

/** Who is told how a run goes. The thread that trains calls it; its time does not count. */
@FunctionalInterface
public interface RunWatcher {
  /** Steps are about to be taken; what a resumed run will report again is gone from its folder. */
  default void began() {}

  /** The run has passed a multiple of the interval between reports, or is over. */
  void report(TrainingLoop.Position position);

  /** Whether the run should end before it has shown all images; asked before each step. */
  default boolean enough() {
    return false;
  }

  /** The run is over, and its last report is made. */
  default void ended() {}
}
