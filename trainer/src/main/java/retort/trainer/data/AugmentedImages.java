package retort.trainer.data;

/**
 * A batch after augmentation. Owns its arrays and hands them out without copying.
 *
 * @see Augmentation
 */
public final class AugmentedImages {

  private final float[] images;
  private final float[] labels;

  AugmentedImages(float[] images, float[] labels) {
    this.images = images;
    this.labels = labels;
  }

  /** The images, {@code [N, C, H, W]}. */
  public float[] images() {
    return images;
  }

  /** What was done to each: {@code [N, 9]}, the denoiser's input {@code augment}. */
  public float[] labels() {
    return labels;
  }
}
