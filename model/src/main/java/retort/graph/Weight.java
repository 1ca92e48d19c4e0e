package retort.graph;

/**
 * A tensor that belongs to a graph.
 *
 * @param value the numbers
 * @param role what training does with them
 * @param projection what training does to them at the start of each step
 */
public record Weight(Tensor value, Role role, Projection projection) {
  /** What training does with a weight. */
  public enum Role {
    /** Learnt: receives gradients and an exponential moving average. */
    PARAMETER,
    /** Part of the network's state dictionary, never learnt. */
    BUFFER,
    /** A number of the formula itself, without a name of its own. */
    CONSTANT
  }

  /**
   * Checks that the projection is of a weight that is learnt and has filters.
   *
   * @throws GraphException when it is not
   */
  public Weight {
    boolean filters = role == Role.PARAMETER && value.rank() >= 2;
    if (projection == Projection.UNIT_FILTERS && !filters) {
      throw new GraphException(
          "a "
              + role
              + " "
              + value
              + " has no filters that training could bring to unit magnitude");
    }
  }

  /** A weight that no projection is for. */
  public Weight(Tensor value, Role role) {
    this(value, role, Projection.NONE);
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

  /** The same weight with other numbers. */
  public Weight withValue(Tensor newValue) {
    return new Weight(newValue, role, projection);
  }

  /** The same parameter with a projection. */
  public Weight withProjection(Projection newProjection) {
    return new Weight(value, role, newProjection);
  }
}
