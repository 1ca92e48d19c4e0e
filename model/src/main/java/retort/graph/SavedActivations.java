package retort.graph;

import java.util.Set;

/**
 * What autograd keeps of one image between the forward and the backward pass.
 *
 * @param learning bytes for an image through a network that learns
 * @param frozen bytes for an image through a frozen network whose input needs a gradient, as the
 *     teacher in a generator's loss
 */
public record SavedActivations(long learning, long frozen) {
  /**
   * The activations of a network.
   *
   * @param graph from float32 inputs, one of which is {@code differentiable}
   * @param differentiable the input whose gradient a frozen network must give
   * @throws GraphException when the graph cannot be typed
   */
  public static SavedActivations of(Graph graph, String differentiable) {
    return new SavedActivations(
        bytes(graph, graph.parameters().keySet()),
        bytes(DropoutRemoval.remove(graph), Set.of(differentiable)));
  }

  private static long bytes(Graph graph, Set<String> sources) {
    return new KeptValues(graph, Types.of(graph), sources).bytes(0, graph.nodes().size(), 1);
  }
}
