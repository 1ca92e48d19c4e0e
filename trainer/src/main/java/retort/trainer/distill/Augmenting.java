package retort.trainer.distill;

import java.util.Map;
import retort.denoiser.DenoiserModel;
import retort.graph.Tensor;
import retort.noise.UniformDraws;
import retort.trainer.data.Augmentation;
import retort.trainer.data.AugmentedImages;

/** The images that a denoising loss is shown, and the labels that say how they were augmented. */
final class Augmenting {
  private Augmenting() {}

  /**
   * Refuses an augmentation whose labels the model has no input for.
   *
   * @throws RunException when the model would not know how its images were augmented
   */
  static void require(Augmentation augmentation, DenoiserModel model) {
    if (augmentation.probability() > 0 && model.augmentLabels() != Augmentation.LABELS) {
      throw new RunException(
          "--augment is "
              + augmentation.probability()
              + " but the network takes "
              + model.augmentLabels()
              + " augmentation labels where "
              + Augmentation.LABELS
              + " are needed; leave the flag out, or train a teacher with it");
    }
  }

  /** Adds {@code images} and, where the model takes them, {@code augment} to the arguments. */
  static void put(
      Map<String, Tensor> arguments,
      Augmentation augmentation,
      DenoiserModel model,
      float[] images,
      StepDraws draws,
      int first) {
    UniformDraws uniform = draws.uniform(StepDraws.Purpose.AUGMENTATION);
    AugmentedImages augmented = augmentation.augment(images, model.imageShape(), uniform, first);
    put(arguments, DenoisingLoss.IMAGES, DenoiserModel.AUGMENT, model, augmented);
  }

  /** Adds {@code real_images} and {@code real_augment}, by draws of their own. */
  static void putReal(
      Map<String, Tensor> arguments,
      Augmentation augmentation,
      DenoiserModel model,
      float[] images,
      StepDraws draws,
      int first) {
    UniformDraws uniform = draws.uniform(StepDraws.Purpose.REAL_AUGMENTATION);
    AugmentedImages augmented = augmentation.augment(images, model.imageShape(), uniform, first);
    put(arguments, SidaLoss.REAL_IMAGES, SidaLoss.REAL_AUGMENT, model, augmented);
  }

  private static void put(
      Map<String, Tensor> arguments,
      String imagesName,
      String labelsName,
      DenoiserModel model,
      AugmentedImages augmented) {
    int count = augmented.images().length / model.imageShape().elements();
    int[] shape = model.graph().input(DenoiserModel.NOISY).orElseThrow().shape().at(count);
    arguments.put(imagesName, Tensor.floats(shape, augmented.images()));
    int labels = model.augmentLabels();
    if (labels > 0) {
      float[] values =
          labels == Augmentation.LABELS ? augmented.labels() : new float[count * labels];
      arguments.put(labelsName, Tensor.floats(new int[] {count, labels}, values));
    }
  }
}
