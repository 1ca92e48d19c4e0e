package retort.trainer.evaluate;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.statistics.FeatureRows;
import retort.statistics.FrechetDistance;
import retort.statistics.InceptionScore;
import retort.statistics.KernelDistance;
import retort.statistics.PrecisionRecall;

/** Which figures are to be had of a number of images, and what they are. */
public final class Judge {
  private static final Logger LOG = LoggerFactory.getLogger(Judge.class);
  private static final int SUBSETS = 100;
  private static final int SUBSET_SIZE = 1000;
  private static final long SUBSET_SEED = 0;

  private final FeatureNetwork network;
  private final Optional<ReferenceStatistics> reference;
  private final Set<Metric> metrics;
  private final int count;

  /**
   * Leaves out what cannot be had, and says so where the user may not expect it.
   *
   * @param reference what to compare with
   * @param wanted figures
   * @param count of the images, at least 2
   */
  public Judge(
      FeatureNetwork network,
      Optional<ReferenceStatistics> reference,
      Set<Metric> wanted,
      int count) {
    if (count < 2) {
      throw new IllegalArgumentException(
          "images to be judged are " + count + " but should be at least 2");
    }
    this.network = network;
    this.reference = reference;
    this.metrics = wanted.isEmpty() ? EnumSet.noneOf(Metric.class) : EnumSet.copyOf(wanted);
    this.count = count;
    if (reference.isEmpty()) {
      metrics.remove(Metric.FRECHET_DISTANCE);
    }
    leaveOutComparisonsOfRows();
    if (network.classes() == 0) {
      metrics.remove(Metric.INCEPTION_SCORE);
    } else if (count < InceptionScore.SPLITS && metrics.remove(Metric.INCEPTION_SCORE)) {
      LOG.info("{} images are too few for an inception score, which is left out", count);
    }
  }

  private void leaveOutComparisonsOfRows() {
    Optional<FeatureRows> real = reference.flatMap(ReferenceStatistics::features);
    Set<Metric> comparisons = EnumSet.of(Metric.KERNEL_DISTANCE, Metric.PRECISION_RECALL);
    if (real.isEmpty()) {
      if (metrics.removeAll(comparisons) && reference.isPresent()) {
        LOG.info(
            "the reference holds mean and covariance alone, so kernel distance, precision and"
                + " recall are left out; 'evaluate --write-reference' writes features too");
      }
    } else if (Math.min(count, real.get().count()) <= PrecisionRecall.NEIGHBOURS
        && metrics.remove(Metric.PRECISION_RECALL)) {
      LOG.info("too few images for precision and recall, which are left out");
    }
  }

  /** Whether the features of each image are needed, and not their moments alone. */
  public boolean needsRows() {
    return metrics.contains(Metric.KERNEL_DISTANCE) || metrics.contains(Metric.PRECISION_RECALL);
  }

  /** Begins to gather what the figures need, which is all rows or none. */
  public Measurement measurement() {
    return measurement(needsRows() ? IntStream.range(0, count).toArray() : new int[0]);
  }

  /**
   * Begins to gather, and keeps the features of these images.
   *
   * @param kept all in their order, where {@link #needsRows}
   */
  public Measurement measurement(int... kept) {
    return new Measurement(network, count, kept, metrics.contains(Metric.INCEPTION_SCORE));
  }

  /** Shows the next images to the network, and gathers what it says. */
  public void show(float[] images, int[] labels, Measurement to) {
    to.add(network.of(images), labels);
  }

  /** The figures by name, in the order of {@link Metric}. */
  public Map<String, Number> figures(Measurement measured) {
    Map<String, Number> figures = new LinkedHashMap<>();
    if (metrics.contains(Metric.FRECHET_DISTANCE)) {
      figures.put(
          "frechet_distance",
          FrechetDistance.between(measured.moments(), reference.orElseThrow().moments()));
    }
    if (metrics.contains(Metric.KERNEL_DISTANCE)) {
      FeatureRows real = reference.flatMap(ReferenceStatistics::features).orElseThrow();
      int size = Math.min(SUBSET_SIZE, Math.min(count, real.count()));
      KernelDistance.Estimate distance =
          KernelDistance.betweenSubsets(real, measured.kept(), SUBSETS, size, SUBSET_SEED);
      figures.put("kernel_distance", distance.mean());
      figures.put("kernel_distance_deviation", distance.standardDeviation());
      figures.put("kernel_distance_subset", size);
    }
    measured
        .inceptionScore()
        .ifPresent(
            score -> {
              figures.put("inception_score", score.mean());
              figures.put("inception_score_deviation", score.standardDeviation());
            });
    if (metrics.contains(Metric.PRECISION_RECALL)) {
      FeatureRows real = reference.flatMap(ReferenceStatistics::features).orElseThrow();
      PrecisionRecall shares = PrecisionRecall.between(real, measured.kept());
      figures.put("precision", shares.precision());
      figures.put("recall", shares.recall());
    }
    if (metrics.contains(Metric.LABEL_ACCURACY)) {
      measured.labelAccuracy().ifPresent(share -> figures.put("label_accuracy", share));
    }
    return figures;
  }
}
