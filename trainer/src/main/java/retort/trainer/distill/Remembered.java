package retort.trainer.distill;

import java.util.LinkedHashMap;
import java.util.Map;
import retort.graph.Tensor;

/** A part of a run whose state is saved and restored with it. */
interface Remembered {
  /** Everything that resuming needs, by name. */
  Map<String, Tensor> state();

  /** Continues from what {@link #state} returned. */
  void restore(Map<String, Tensor> state);

  /** The states of several parts in one map, told apart by a prefix such as {@code "fake/"}. */
  static Map<String, Tensor> stateOf(Map<String, ? extends Remembered> parts) {
    Map<String, Tensor> state = new LinkedHashMap<>();
    parts.forEach((name, part) -> NamedState.put(state, name + "/", part.state()));
    return state;
  }

  /** Continues from what {@link #stateOf} returned for the same parts. */
  static void restore(Map<String, ? extends Remembered> parts, Map<String, Tensor> state) {
    parts.forEach((name, part) -> part.restore(NamedState.get(state, name + "/")));
  }
}
