package retort.trainer.evaluate;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import retort.statistics.FeatureRows;

/**
 * What a feature network says of a few images.
 *
 * @param features [n, F]
 * @param logits [n, K], where the network has them
 */
record FeatureBatch(FeatureRows features, Optional<FeatureRows> logits) {
  /** Batches of one network as one, in their order; at least one batch. */
  static FeatureBatch join(List<FeatureBatch> batches) {
    if (batches.size() == 1) {
      return batches.get(0);
    }
    return new FeatureBatch(
        join(batches, FeatureBatch::features),
        batches.get(0).logits().map(first -> join(batches, one -> one.logits().orElseThrow())));
  }

  private static FeatureRows join(
      List<FeatureBatch> batches, Function<FeatureBatch, FeatureRows> rows) {
    int dimension = rows.apply(batches.get(0)).dimension();
    int count = batches.stream().mapToInt(batch -> rows.apply(batch).count()).sum();
    float[] joined = new float[Math.multiplyExact(count, dimension)];
    int at = 0;
    for (FeatureBatch batch : batches) {
      float[] values = rows.apply(batch).values();
      System.arraycopy(values, 0, joined, at, values.length);
      at += values.length;
    }
    return new FeatureRows(joined, dimension);
  }
}
