package retort.trainer.data;

import java.util.ArrayList;
import java.util.List;
import retort.denoiser.ImageShape;
import retort.noise.UniformDraws;

/**
 * Non-leaking augmentation: images are flipped and warped at random, and the network is told how.
 *
 * <p>A left-right flip is drawn for every image (each with probability 1/2, as soon as {@code
 * probability} is positive at all); a top-bottom flip, a scaling, a rotation, a stretch and a shift
 * are drawn with the given probability each. What was drawn becomes nine labels: flip x, flip y,
 * scale, cos and sin of the rotation (less 1 for the cosine), stretch times cos and sin of its
 * axis, shift x, shift y. All zeros stand for an untouched image, which is what the network is
 * asked for afterwards.
 *
 * <p>Karras et al., <em>Elucidating the design space of diffusion-based generative models</em>,
 * 2022, appendix F.2; the warp is that of Karras et al., <em>Training generative adversarial
 * networks with limited data</em>, 2020, appendix B. Colours are left alone, as there.
 *
 * <p>Immutable and safe to share between threads.
 *
 * @param probability of each operation but the left-right flip; 0 leaves every image as it is
 */
public record Augmentation(double probability) {

  /** No augmentation: images stay as they are, and labels are zeros. */
  public static final Augmentation NONE = new Augmentation(0.0);

  /** Columns of the labels. */
  public static final int LABELS = ImageTransform.LABELS;

  public Augmentation {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "augmentation probability is "
              + probability
              + " but must lie in [0, 1]: EDM uses 0.12 for CIFAR-10 and 0 for none");
    }
  }

  /**
   * Augments a batch; the images that are given stay as they are.
   *
   * <p>The image at place i takes the draws from {@code 16 (firstImage + i)} on, so the parts of a
   * batch draw what the whole would. The padding is that of the image of the call that needs most;
   * a strong warp can therefore depend a little, next to the border, on the others.
   *
   * @param images {@code [N, C, H, W]}
   * @param shape {@code [C, H, W]}
   * @param draws a row of draws that nothing else uses
   * @param firstImage place of the first image in that row
   * @throws IllegalArgumentException when the array does not hold whole images
   */
  public AugmentedImages augment(
      float[] images, ImageShape shape, UniformDraws draws, long firstImage) {
    if (images.length % shape.elements() != 0) {
      throw new IllegalArgumentException(
          "%d values are no whole number of images %s, of %d values each"
              .formatted(images.length, shape, shape.elements()));
    }
    int n = images.length / shape.elements();
    List<ImageTransform> transforms = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      transforms.add(
          ImageTransform.draw(probability, draws, (firstImage + i) * ImageTransform.DRAWS));
    }
    return apply(transforms, images, shape);
  }

  static AugmentedImages apply(List<ImageTransform> transforms, float[] images, ImageShape shape) {
    float[] result = images.clone();
    float[] labels = new float[transforms.size() * LABELS];
    List<Affine> inverses = new ArrayList<>();
    for (int i = 0; i < transforms.size(); i++) {
      flip(transforms.get(i), result, i * shape.elements(), shape);
      transforms.get(i).label(labels, i * LABELS);
      inverses.add(transforms.get(i).inverse(shape));
    }
    if (transforms.stream().anyMatch(ImageTransform::warps)) {
      Warp warp = new Warp(shape, Margin.around(shape, inverses));
      for (int i = 0; i < transforms.size(); i++) {
        // Without a geometric operation the warp would be the identity, up to rounding.
        if (transforms.get(i).warps()) {
          warp.apply(result, i * shape.elements(), inverses.get(i));
        }
      }
    }
    return new AugmentedImages(result, labels);
  }

  private static void flip(ImageTransform transform, float[] images, int at, ImageShape shape) {
    int width = shape.width();
    int plane = shape.height() * width;
    for (int c = 0; c < shape.channels() && transform.xFlip(); c++) {
      for (int y = 0; y < shape.height(); y++) {
        reverse(images, at + c * plane + y * width, 1, width);
      }
    }
    for (int c = 0; c < shape.channels() && transform.yFlip(); c++) {
      for (int x = 0; x < width; x++) {
        reverse(images, at + c * plane + x, width, shape.height());
      }
    }
  }

  private static void reverse(float[] values, int at, int stride, int count) {
    for (int i = 0; i < count / 2; i++) {
      int here = at + i * stride;
      int there = at + (count - 1 - i) * stride;
      float swapped = values[here];
      values[here] = values[there];
      values[there] = swapped;
    }
  }
}
