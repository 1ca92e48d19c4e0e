package retort.trainer.distill;

import retort.denoiser.DenoiserModel;
import retort.noise.UniformDraws;
import retort.trainer.data.EpochOrder;
import retort.trainer.data.ImageDataset;

/** The images of a dataset in the order in which a run sees them. */
final class RealImages {
  /** Stream of the run's seed that orders images; {@link StepDraws} has stream 0. */
  static final int ORDER_STREAM = 1;

  private final ImageDataset data;
  private final EpochOrder order;

  /**
   * Orders the images by the run's seed.
   *
   * @throws RunException when a model cannot be shown these images
   */
  RealImages(ImageDataset data, DenoiserModel model, long runSeed) {
    if (!data.shape().equals(model.imageShape())) {
      throw new RunException(
          "--data has images of " + data.shape() + " but the network's are " + model.imageShape());
    }
    if (model.labels() > 0 && data.labelNames().size() != model.labels()) {
      throw new RunException(
          "--data has "
              + data.labelNames().size()
              + " labels but the network knows "
              + model.labels()
              + "; the images need the labels that the teacher learnt");
    }
    this.data = model.labels() == 0 ? data.withoutLabels() : data;
    this.order = new EpochOrder(data.size(), new UniformDraws(runSeed, ORDER_STREAM));
  }

  /** The next images [n, C, H, W] after {@code imagesSeen}. */
  float[] images(long imagesSeen, Share share) {
    return data.images(order.indices(imagesSeen + share.first(), share.count()));
  }

  /** Their labels, one-hot [n, K]; empty for a model without labels. */
  float[] labels(long imagesSeen, Share share) {
    return data.oneHot(order.indices(imagesSeen + share.first(), share.count()));
  }
}
