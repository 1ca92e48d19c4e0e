package retort.graph;

/** Makes a network deterministic: Dropout becomes what it is in inference, nothing. */
public final class DropoutRemoval {
  private DropoutRemoval() {}

  /**
   * The graph without Dropout nodes; weights and the names of results stay.
   *
   * <pre>{@code
   * Graph served = DropoutRemoval.remove(trained);
   * }</pre>
   */
  public static Graph remove(Graph graph) {
    return Bypass.of(graph, node -> node.operator() == Operator.DROPOUT);
  }
}
