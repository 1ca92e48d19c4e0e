package retort.server.tensor;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** A network that is run by its tensors. Any number of threads may run it at once. */
public interface TensorModel {
  /** What it takes, all of it, in the order of its file. */
  List<TensorSpec> inputs();

  /** What it gives, in the order of its file. */
  List<TensorSpec> outputs();

  /**
   * Makes it ready to run.
   *
   * @param inputs by name: one for each of {@link #inputs}
   * @param wanted names of outputs; empty for all
   * @return for the caller to run and to close
   * @throws IllegalArgumentException when an input is missing, unknown or does not fit, or an
   *     output is unknown
   */
  TensorCall call(Map<String, TensorValue> inputs, Set<String> wanted);

  /** Runs it to its end, on the caller's thread, as {@link #call} says. */
  default Map<String, TensorValue> run(Map<String, TensorValue> inputs, Set<String> wanted) {
    try (TensorCall call = call(inputs, wanted)) {
      return call.run();
    }
  }
}
