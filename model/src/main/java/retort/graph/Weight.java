package retort.graph;

/**
 * A tensor that belongs to a graph.
 *
 * @param value the numbers
 * @param role what training does with them
 */
public record Weight(Tensor value, Role role) {
  /** What training does with a weight. */
  public enum Role {
    /** Learnt: receives gradients and an exponential moving average. */
    PARAMETER,
    /** Part of the network's state dictionary, never learnt. */
    BUFFER,
    /** A number of the formula itself, without a name of its own. */
    CONSTANT
  }

  public static Weight parameter(Tensor value) {
    return new Weight(value, Role.PARAMETER);
  }

  public static Weight buffer(Tensor value) {
    return new Weight(value, Role.BUFFER);
  }

  public static Weight constant(Tensor value) {
    return new Weight(value, Role.CONSTANT);
  }
}
