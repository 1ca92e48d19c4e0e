package retort.statistics;

/**
 * The inception score: how sure a classifier is of each image, and how evenly it finds its classes.
 *
 * <pre>{@code exp(mean over images of KL(p(y|x) || p(y)))}</pre>
 *
 * <p>with {@code p(y|x)} the softmax of an image's logits and {@code p(y)} its mean over the
 * images. It is computed for each of several splits, contiguous and as even as possible: split k of
 * S has the images from {@code floor(k N / S)} to {@code floor((k + 1) N / S) - 1}, so none is left
 * out. It runs from 1 to the number of classes, and knows nothing of real images. Salimans et al.,
 * <em>Improved techniques for training GANs</em>, 2016.
 *
 * <p>Images come in their order, in parts of any size, which change nothing. In float64, by {@code
 * KL = sum p ln p - sum pbar ln pbar}. One thread adds.
 */
public final class InceptionScore {
  /** The number of splits that is usual: 10. */
  public static final int SPLITS = 10;

  /**
   * The score over the splits.
   *
   * @param mean mean of the splits' scores
   * @param standardDeviation their standard deviation, divided by the number of splits as the
   *     published code does
   */
  public record Estimate(double mean, double standardDeviation) {}

  private final int classes;
  private final long count;
  private final double[][] sums; // [split][class], of p
  private final double[] negativeEntropies; // [split], sums of p ln p
  private long added;

  /**
   * Expects images in the usual number of splits.
   *
   * @param classes the number of logits
   * @param count of images that are going to be added
   * @throws IllegalArgumentException when there are fewer images than splits, or no classes
   */
  public InceptionScore(int classes, long count) {
    if (classes < 1 || count < SPLITS) {
      throw new IllegalArgumentException(
          "an inception score of %d images and %d classes cannot be: at least 1 image for each of %d splits and 1 class are needed"
              .formatted(count, classes, SPLITS));
    }
    this.classes = classes;
    this.count = count;
    this.sums = new double[SPLITS][classes];
    this.negativeEntropies = new double[SPLITS];
  }

  /**
   * Adds the next images.
   *
   * @throws IllegalArgumentException when the number of classes is another, or the largest logit of
   *     an image is not finite
   * @throws IllegalStateException when there are more images than were expected
   */
  public void add(FeatureRows logits) {
    if (logits.dimension() != classes) {
      throw new IllegalArgumentException(
          logits.dimension() + " logits are given where " + classes + " are expected");
    }
    double[] exponentials = new double[classes];
    for (int row = 0; row < logits.count(); row++) {
      add(logits, row, exponentials, split());
      added++;
    }
  }

  /** The split k of which {@code floor(k N / S) <= image < floor((k + 1) N / S)}. */
  private int split() {
    if (added >= count) {
      throw new IllegalStateException("more images are added than the " + count + " expected");
    }
    return (int) (((added + 1) * SPLITS - 1) / count);
  }

  private void add(FeatureRows logits, int row, double[] exponentials, int split) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < classes; k++) {
      largest = Math.max(largest, logits.value(row, k));
    }
    if (!Double.isFinite(largest)) {
      throw new IllegalArgumentException(
          "the logits of image %d have the maximum %s, so they are no probabilities; look at that image"
              .formatted(added, largest));
    }
    double total = 0.0;
    for (int k = 0; k < classes; k++) {
      exponentials[k] = Math.exp(logits.value(row, k) - largest);
      total += exponentials[k];
    }
    double logTotal = Math.log(total);
    for (int k = 0; k < classes; k++) {
      double p = exponentials[k] / total;
      sums[split][k] += p;
      if (p > 0.0) {
        negativeEntropies[split] += p * (logits.value(row, k) - largest - logTotal);
      }
    }
  }

  /**
   * The score.
   *
   * @throws IllegalStateException when images are missing
   */
  public Estimate estimate() {
    if (added != count) {
      throw new IllegalStateException(added + " images were added of the " + count + " expected");
    }
    double[] scores = new double[SPLITS];
    double mean = 0.0;
    for (int split = 0; split < SPLITS; split++) {
      scores[split] = score(split);
      mean += scores[split] / SPLITS;
    }
    double squares = 0.0;
    for (double score : scores) {
      squares += (score - mean) * (score - mean);
    }
    return new Estimate(mean, Math.sqrt(squares / SPLITS));
  }

  private double score(int split) {
    long images = (split + 1) * count / SPLITS - split * count / SPLITS;
    double divergence = negativeEntropies[split] / images;
    for (double sum : sums[split]) {
      double p = sum / images;
      divergence -= p > 0.0 ? p * Math.log(p) : 0.0;
    }
    return Math.exp(divergence);
  }
}
