package retort.trainer.evaluate;

import java.util.Locale;

/** What can be measured of a set of images. */
public enum Metric {
  /** How far mean and covariance of features are from real ones. */
  FRECHET_DISTANCE,
  /** The same of the features' laws, without bias from few images: KID. */
  KERNEL_DISTANCE,
  /** How sure the network is of each image, and how evenly it finds its classes. */
  INCEPTION_SCORE,
  /** The shares of images that look real, and of real ones that are covered. */
  PRECISION_RECALL,
  /** The share of images that the network labels as asked. */
  LABEL_ACCURACY;

  /** The name on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
