package retort.statistics;

import java.util.stream.IntStream;

/**
 * How much of what is generated looks real, and how much of what is real is generated.
 *
 * <p>Precision is the share of generated rows inside any ball of the {@link Manifold} of the real
 * ones, recall the share of real rows inside any ball of the generated ones'; a row on the surface
 * is inside. Both depend on the size of the sets: compare figures of the same sizes only.
 *
 * <p>Distances are Euclidean, in float64, and compared squared. Kynkaanniemi et al., <em>Improved
 * precision and recall metric for assessing generative models</em>, 2019, equations 1 and 2.
 *
 * @param precision from 0 to 1
 * @param recall from 0 to 1
 */
public record PrecisionRecall(double precision, double recall) {
  /** The number of neighbours that is usual: 3. */
  public static final int NEIGHBOURS = 3;

  /**
   * Compares two sets with the usual number of neighbours. Time grows with the square of their
   * sizes; several threads are used, whose number changes nothing.
   *
   * @throws IllegalArgumentException when the dimensions differ, or a set has too few rows to have
   *     so many neighbours
   */
  public static PrecisionRecall between(FeatureRows real, FeatureRows generated) {
    return between(real, generated, NEIGHBOURS);
  }

  /** The same with another number of neighbours. */
  public static PrecisionRecall between(FeatureRows real, FeatureRows generated, int neighbours) {
    real.requireSameFeatures(generated);
    return between(Manifold.of(real, neighbours), Manifold.of(generated, neighbours));
  }

  /** The same where the balls are known. */
  public static PrecisionRecall between(Manifold real, Manifold generated) {
    real.rows().requireSameFeatures(generated.rows());
    Coverage coverage =
        IntStream.range(0, PairTile.tiles(real.rows()) * PairTile.tiles(generated.rows()))
            .parallel()
            .collect(() -> new Coverage(real, generated), Coverage::compare, Coverage::merge);
    return new PrecisionRecall(coverage.shareThere(), coverage.shareHere());
  }
}
