package retort.trainer.distill;

import java.util.Map;
import retort.graph.Tensor;

/**
 * One way to train a network, step by step. A method draws everything from the run's seed and the
 * number of the step, so that its state is all that resuming needs.
 *
 * <p>The thread that owns the engine calls it.
 */
public interface TrainingMethod {
  /**
   * Takes one step.
   *
   * @param step counted from 0
   * @param imagesSeen images shown before this step
   * @return what to record, by name; a name that begins with {@code loss} is a loss, one with
   *     {@code gradient_norm} the norm of a gradient before it was made finite
   */
  Map<String, Double> step(long step, long imagesSeen);

  /**
   * The noise levels that a step draws, by the name of the loss that they enter, so that an error
   * can name them.
   */
  default Map<String, float[]> noiseLevels(long step) {
    return Map.of();
  }

  /** How long all steps together have waited for what loader threads make, in seconds. */
  default double secondsWaited() {
    return 0;
  }

  /** Images shown in each step. */
  int batch();

  /** Everything that resuming needs, by name. */
  Map<String, Tensor> state();

  /** Continues from what {@link #state} returned. */
  void restore(Map<String, Tensor> state);
}
