package retort.trainer.evaluate;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.statistics.FeatureRows;
import retort.statistics.FrechetDistance;
import retort.statistics.InceptionScore;
import retort.statistics.KernelDistance;
import retort.statistics.KernelSubsets;
import retort.statistics.Manifold;
import retort.statistics.PrecisionRecall;

/** Which figures are to be had of a number of images, and what they are. */
public final class Judge {
  private static final Logger LOG = LoggerFactory.getLogger(Judge.class);
  private static final int SUBSETS = 100;
  private static final int SUBSET_SIZE = 1000;
  private static final long SUBSET_SEED = 0;
  private static final long MATRICES = 12;
  private static final String NOTHING_TO_COMPARE =
      "there is nothing to compare with; pass --reference";
  private static final String NO_LOGITS = "the feature network gives no logits";

  private final FeatureNetwork network;
  private final Optional<ReferenceStatistics> reference;
  private final Set<Metric> metrics;
  private final int count;

  // What the figures need of real images alone, found while the networks work, and once for all.
  private final Optional<ForkJoinTask<KernelSubsets>> realSubsets;
  private final Optional<ForkJoinTask<Manifold>> realManifold;

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
    for (Metric metric : Metric.values()) {
      obstacle(metric).ifPresent(why -> leaveOut(metric, why));
    }
    this.realSubsets =
        begin(
            Metric.KERNEL_DISTANCE,
            real -> KernelSubsets.ofFirst(real, SUBSETS, subsetSize(real), SUBSET_SEED));
    this.realManifold =
        begin(Metric.PRECISION_RECALL, real -> Manifold.of(real, PrecisionRecall.NEIGHBOURS));
  }

  private <T> Optional<ForkJoinTask<T>> begin(Metric metric, Function<FeatureRows, T> work) {
    if (!metrics.contains(metric)) {
      return Optional.empty();
    }
    FeatureRows real = reference.flatMap(ReferenceStatistics::features).orElseThrow();
    return Optional.of(ForkJoinPool.commonPool().submit(() -> work.apply(real)));
  }

  private int subsetSize(FeatureRows real) {
    return Math.min(SUBSET_SIZE, Math.min(count, real.count()));
  }

  private void leaveOut(Metric metric, String why) {
    boolean expected = why.equals(NOTHING_TO_COMPARE) || why.equals(NO_LOGITS);
    if (metrics.remove(metric) && !expected) {
      LOG.info("{} is left out: {}", metric, why);
    }
  }

  /**
   * Refuses figures that cannot be had, before anything is shown to the network.
   *
   * @param named by the user
   * @throws IllegalArgumentException when one of them cannot be had
   */
  public void require(Set<Metric> named) {
    for (Metric metric : named) {
      obstacle(metric)
          .ifPresent(
              why -> {
                throw new IllegalArgumentException(
                    "--metrics names " + metric + " but " + why + ", or leave it out");
              });
    }
  }

  /** Why a figure cannot be had, if so. */
  private Optional<String> obstacle(Metric metric) {
    return Optional.ofNullable(
        switch (metric) {
          case FRECHET_DISTANCE -> reference.isEmpty() ? NOTHING_TO_COMPARE : null;
          case KERNEL_DISTANCE -> obstacleOfRows(2);
          case PRECISION_RECALL -> obstacleOfRows(PrecisionRecall.NEIGHBOURS + 1);
          case INCEPTION_SCORE -> obstacleOfLogits();
          case LABEL_ACCURACY ->
              network.labelsImages() ? null : "the feature network does not tell their labels";
        });
  }

  private @Nullable String obstacleOfRows(int least) {
    if (reference.isEmpty()) {
      return NOTHING_TO_COMPARE;
    }
    Optional<FeatureRows> real = reference.get().features();
    if (real.isEmpty()) {
      return "the reference holds mean and covariance alone; make one with 'evaluate"
          + " --write-reference', which writes features too";
    }
    int fewer = Math.min(count, real.get().count());
    return fewer < least ? fewer + " images are too few; take at least " + least : null;
  }

  private @Nullable String obstacleOfLogits() {
    if (network.classes() == 0) {
      return NO_LOGITS;
    }
    return count < InceptionScore.SPLITS
        ? count + " images are too few; take at least " + InceptionScore.SPLITS
        : null;
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
    return new Measurement(
        network, count, kept, metrics.contains(Metric.INCEPTION_SCORE), matrixBytes());
  }

  /**
   * Of the matrices of float64 that moments and distance take, which the reference is a part of.
   */
  private long matrixBytes() {
    long real =
        reference
            .flatMap(ReferenceStatistics::features)
            .map(rows -> (long) rows.values().length * Float.BYTES)
            .orElse(0L);
    return real + MATRICES * Double.BYTES * network.dimension() * network.dimension();
  }

  /** Shows the next images to the network, and gathers what it says. */
  public void show(float[] images, int[] labels, Measurement to) {
    to.add(network.of(images, to.count()), labels);
  }

  /** The figures by name, in the order of {@link Metric}. */
  public Map<String, Number> figures(Measurement measured) {
    Map<String, Number> figures = new LinkedHashMap<>();
    if (metrics.contains(Metric.FRECHET_DISTANCE)) {
      figures.put(
          "frechet_distance",
          FrechetDistance.between(measured.moments(), reference.orElseThrow().moments()));
    }
    realSubsets.ifPresent(
        real -> {
          KernelSubsets first = real.join();
          KernelDistance.Estimate distance =
              KernelDistance.between(
                  first,
                  KernelSubsets.ofSecond(measured.kept(), SUBSETS, first.size(), SUBSET_SEED));
          figures.put("kernel_distance", distance.mean());
          figures.put("kernel_distance_deviation", distance.standardDeviation());
          figures.put("kernel_distance_subset", first.size());
        });
    measured
        .inceptionScore()
        .ifPresent(
            score -> {
              figures.put("inception_score", score.mean());
              figures.put("inception_score_deviation", score.standardDeviation());
            });
    realManifold.ifPresent(
        real -> {
          Manifold generated = Manifold.of(measured.kept(), PrecisionRecall.NEIGHBOURS);
          PrecisionRecall shares = PrecisionRecall.between(real.join(), generated);
          figures.put("precision", shares.precision());
          figures.put("recall", shares.recall());
        });
    if (metrics.contains(Metric.LABEL_ACCURACY)) {
      measured.labelAccuracy().ifPresent(share -> figures.put("label_accuracy", share));
    }
    return figures;
  }
}
