package retort.trainer.distill;

import java.util.LinkedHashMap;
import java.util.Map;
import retort.graph.Tensor;

/** Several named groups of tensors in one map, told apart by a prefix. */
final class NamedState {
  private NamedState() {}

  /** Adds a group under a prefix such as {@code "adam/"}. */
  static void put(Map<String, Tensor> state, String prefix, Map<String, Tensor> group) {
    group.forEach((name, value) -> state.put(prefix + name, value));
  }

  /** The group under a prefix. */
  static Map<String, Tensor> get(Map<String, Tensor> state, String prefix) {
    Map<String, Tensor> group = new LinkedHashMap<>();
    state.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            group.put(name.substring(prefix.length()), value);
          }
        });
    return group;
  }
}
