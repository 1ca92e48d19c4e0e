package retort.graph;

/**
 * What training does to a parameter at the start of each step, before it is used, so that it stays
 * in the set it belongs to. Gradients know nothing of it.
 */
public enum Projection {
  /** The parameter stays as the optimiser left it. */
  NONE,

  /**
   * Every filter {@code w[i]}, the values at one place of the first axis, becomes {@code w[i] /
   * (EPSILON + rms(w[i]))}: forced weight normalisation, which keeps the size of the optimiser's
   * steps relative to the weight (Karras et al. 2024, Section 2.3). A network with this projection
   * divides its filters by the same number itself, so its results stay.
   */
  UNIT_FILTERS;

  /** Keeps a filter of zeros from being divided by zero. */
  public static final double EPSILON = 1e-4;
}
