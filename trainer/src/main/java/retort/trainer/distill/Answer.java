package retort.trainer.distill;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Value;

/**
 * What a denoiser answers within a loss. What the loss does not use of it costs nothing: a graph is
 * built without the nodes that no output needs.
 *
 * @param outputs of the denoiser, by name
 */
record Answer(Map<String, Value> outputs) {
  /** Asks a denoiser whose weights are known under {@code scope}. */
  static Answer of(GraphBuilder g, Graph denoiser, String scope, Map<String, Value> arguments) {
    return new Answer(g.call(denoiser, scope, arguments));
  }

  /** The estimate of the clean images [N, C, H, W]. */
  Value denoised() {
    return Objects.requireNonNull(outputs.get(DenoiserModel.DENOISED));
  }

  /** The bottleneck [N, K, h, w] of a denoiser that shows it. */
  Value features() {
    return Objects.requireNonNull(outputs.get(DenoiserModel.FEATURES));
  }

  /** The log variance u of the estimate's error [N, 1, 1, 1], where the denoiser knows it. */
  Optional<Value> logvar() {
    return Optional.ofNullable(outputs.get(DenoiserModel.LOGVAR));
  }

  /** A value divided by {@code e^u}; itself where the denoiser does not know u. */
  Value overVariance(Value value) {
    return logvar().map(u -> value.over(u.exp())).orElse(value);
  }
}
