package retort.trainer.engine;

import java.util.Locale;

/**
 * How many bytes training takes, beside what the JVM and the libraries take themselves.
 *
 * @param weights all networks and averages
 * @param gradients of the parameters that learn
 * @param optimisers both moments of Adam
 * @param activations the most that is held while one loss is differentiated: what autograd keeps
 *     and what passes between segments, with an allowance for what the allocator wastes
 */
public record MemoryEstimate(long weights, long gradients, long optimisers, long activations) {
  private static final double MEBIBYTE = 1 << 20;

  public long total() {
    return weights + gradients + optimisers + activations;
  }

  /** What a first step still allocates when everything is loaded. */
  public long ahead() {
    return gradients + activations;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.0f MiB (weights and averages %.0f, gradients %.0f, optimisers %.0f, activations %.0f)",
        total() / MEBIBYTE,
        weights / MEBIBYTE,
        gradients / MEBIBYTE,
        optimisers / MEBIBYTE,
        activations / MEBIBYTE);
  }
}
