package retort.trainer.engine;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import retort.graph.Graph;
import retort.graph.Segments;
import retort.graph.Weight;

/** What an engine was asked to hold and to differentiate. */
final class MemoryLedger {
  private static final int MOMENTS = 2;

  /**
   * What activations take over what they are: freed memory in pieces too small for what comes next.
   * Measured with the C library of Linux; see bench/memory.
   */
  private static final double PIECES = 1.3;

  /** A loss with the weights that learn by it. */
  private record Loss(Graph graph, Set<String> learnt) {}

  private final List<Loss> losses = new ArrayList<>();

  /** The losses as they are cut, by the number of segments. */
  private final Map<Integer, List<Segments>> cuts = new HashMap<>();

  private long weights;
  private long learnt;

  void addWeights(Graph graph) {
    weights +=
        graph.weights().values().stream()
            .filter(weight -> weight.role() != Weight.Role.CONSTANT)
            .mapToLong(weight -> (long) Float.BYTES * weight.value().elements())
            .sum();
  }

  void addOptimiser(NetworkWeights network) {
    for (PtNDArray parameter : network.parameters()) {
      learnt += Float.BYTES * parameter.getShape().size();
    }
  }

  void addLoss(Graph graph, Set<String> learntWeights) {
    losses.add(new Loss(graph, Set.copyOf(learntWeights)));
    cuts.clear();
  }

  MemoryEstimate estimate(int images, int segments) {
    List<Segments> cut =
        cuts.computeIfAbsent(
            segments,
            count ->
                losses.stream()
                    .map(loss -> Segments.of(loss.graph(), loss.learnt(), count))
                    .toList());
    long activations = cut.stream().mapToLong(loss -> loss.bytes(images)).max().orElse(0);
    return new MemoryEstimate(weights, learnt, MOMENTS * learnt, Math.round(PIECES * activations));
  }
}
