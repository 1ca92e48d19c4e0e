package retort.statistics;

/**
 * The region that a set of feature rows stands for: around each row a ball that reaches to its k-th
 * nearest neighbour in the same set, itself not counted.
 *
 * <p>Kynkaanniemi et al., <em>Improved precision and recall metric for assessing generative
 * models</em>, 2019, section 2.
 */
public final class Manifold {
  private final FeatureRows rows;
  private final double[] squaredRadii; // [row]

  private Manifold(FeatureRows rows, double... squaredRadii) {
    this.rows = rows;
    this.squaredRadii = squaredRadii;
  }

  /**
   * Finds the balls. Time grows with the square of the number of rows; several threads are used,
   * whose number changes nothing.
   *
   * @param neighbours k
   * @throws IllegalArgumentException when the set has no k neighbours
   */
  public static Manifold of(FeatureRows rows, int neighbours) {
    return new Manifold(rows, Neighbourhoods.squaredRadii(rows, neighbours));
  }

  FeatureRows rows() {
    return rows;
  }

  /** The squared radius of each row's ball. */
  double[] squaredRadii() {
    return squaredRadii;
  }
}
