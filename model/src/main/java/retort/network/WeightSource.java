package retort.network;

import java.util.function.Supplier;
import retort.graph.Tensor;

/** Where a network's weights come from while it is built. */
@FunctionalInterface
public interface WeightSource {
  /** Every weight as its initialiser draws it. */
  WeightSource INITIAL = (name, shape, initial) -> initial.get();

  /**
   * The values of a weight.
   *
   * @param name its name in the network
   * @param shape what the network needs
   * @param initial draws the values that an untrained network starts from
   */
  Tensor weight(String name, int[] shape, Supplier<Tensor> initial);
}
