package retort.trainer.evaluate;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.statistics.FeatureRows;
import retort.statistics.InceptionScore;
import retort.statistics.Moments;
import retort.trainer.data.DataException;

/**
 * What a feature network said of a set of images, gathered in their order. The parts in which they
 * come change no bit of it.
 */
public final class Measurement {
  private static final Logger LOG = LoggerFactory.getLogger(Measurement.class);
  private static final int BLOCK_ROWS = 250;

  private final int dimension;
  private final KeptRows kept;
  private final Optional<InceptionScore> inception;
  private boolean labels;
  private final float[] block;
  private Moments moments;
  private int blockRows;
  private int count;
  private long labelled;
  private long asLabelled;

  /**
   * Expects images.
   *
   * @param network that speaks
   * @param count how many images come
   * @param kept of which of them the features are kept one by one, in which order
   * @param inception whether logits are scored
   * @param beside bytes that the figures take beside those features
   */
  Measurement(FeatureNetwork network, int count, int[] kept, boolean inception, long beside) {
    this.dimension = network.dimension();
    this.kept = new KeptRows(count, kept, dimension, beside);
    this.inception =
        inception ? Optional.of(new InceptionScore(network.classes(), count)) : Optional.empty();
    this.labels = network.labelsImages();
    this.block = new float[BLOCK_ROWS * dimension];
    this.moments = Moments.empty(dimension);
  }

  /**
   * Adds the next images.
   *
   * @param batch what the network says of them
   * @param expected the label of each, or none
   * @throws DataException when a feature is not finite, or a logit that counts is NaN or infinite
   */
  void add(FeatureBatch batch, int... expected) {
    requireNumbers(batch.features(), Float.NEGATIVE_INFINITY);
    if (inception.isPresent() || labels) {
      // A probability of 0 has the logit -Infinity.
      requireNumbers(batch.logits().orElseThrow(), Float.NaN);
    }
    kept.add(count, batch.features());
    inception.ifPresent(score -> score.add(batch.logits().orElseThrow()));
    if (labels && expected.length > 0) {
      countLabels(batch.logits().orElseThrow(), expected);
    }
    addMoments(batch.features());
    count += batch.features().count();
  }

  /** Refuses NaN, infinity, and the lowest. */
  private void requireNumbers(FeatureRows rows, float lowest) {
    float[] values = rows.values();
    for (int i = 0; i < values.length; i++) {
      boolean below = values[i] == lowest;
      if (below || !(values[i] < Float.POSITIVE_INFINITY)) {
        throw new DataException(
            "the feature network answers %s for image %d, so no figure can be had; look at that image"
                .formatted(values[i], count + i / rows.dimension()));
      }
    }
  }

  private void countLabels(FeatureRows logits, int[] expected) {
    for (int label : expected) {
      if (label < 0 || label >= logits.dimension()) {
        LOG.warn(
            "label_accuracy is left out: an image has the label {}, but the network knows 0 to {}",
            label,
            logits.dimension() - 1);
        labels = false;
        labelled = 0;
        return;
      }
    }
    for (int i = 0; i < logits.count(); i++) {
      int best = 0;
      for (int k = 1; k < logits.dimension(); k++) {
        if (logits.value(i, k) > logits.value(i, best)) {
          best = k;
        }
      }
      labelled++;
      if (best == expected[i]) {
        asLabelled++;
      }
    }
  }

  /** In blocks of one size whatever the parts, so that the sums round alike. */
  private void addMoments(FeatureRows features) {
    for (int row = 0; row < features.count(); row++) {
      System.arraycopy(features.values(), row * dimension, block, blockRows * dimension, dimension);
      blockRows++;
      if (blockRows == BLOCK_ROWS) {
        moments = moments.merge(Moments.of(new FeatureRows(block, dimension)));
        blockRows = 0;
      }
    }
  }

  /** How many images were added. */
  public int count() {
    return count;
  }

  /** Mean and covariance of the features. */
  public Moments moments() {
    float[] rest = Arrays.copyOf(block, blockRows * dimension);
    return moments.merge(Moments.of(new FeatureRows(rest, dimension)));
  }

  /** The features that were to be kept. */
  public FeatureRows kept() {
    return kept.rows();
  }

  /** The inception score, where logits were to be scored. */
  Optional<InceptionScore.Estimate> inceptionScore() {
    return inception.map(InceptionScore::estimate);
  }

  /** The share of images that the network labels as expected, where it tells those labels. */
  OptionalDouble labelAccuracy() {
    return labelled == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) asLabelled / labelled);
  }
}
