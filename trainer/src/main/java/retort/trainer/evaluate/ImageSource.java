package retort.trainer.evaluate;

import retort.denoiser.ImageShape;
import retort.noise.GaussianNoise;

/** Something that makes images from noise and labels, such as a generator or a sampler. */
public final class ImageSource {
  private static final int BATCH = 250;

  /** Makes [n, C, H, W] from noise [n, C, H, W] and one-hot labels [n, K], empty without labels. */
  @FunctionalInterface
  public interface Maker {
    float[] images(float[] noise, float[] labels, long[] seeds);
  }

  /** Takes images [n, C, H, W] and the label of each. */
  @FunctionalInterface
  public interface Sink {
    void accept(float[] images, int[] labels);
  }

  private final ImageShape shape;
  private final Maker maker;

  public ImageSource(ImageShape shape, Maker maker) {
    this.shape = shape;
    this.maker = maker;
  }

  /** Shape of the images. */
  public ImageShape shape() {
    return shape;
  }

  /**
   * Makes images in parts. Image k has the seed {@code firstSeed + k} and the label {@code k mod
   * labels}.
   */
  public void generate(long firstSeed, int count, int labels, Sink sink) {
    for (int first = 0; first < count; first += BATCH) {
      int n = Math.min(BATCH, count - first);
      int[] label = new int[labels == 0 ? 0 : n];
      for (int i = 0; i < label.length; i++) {
        label[i] = (first + i) % labels;
      }
      long[] seeds = new long[n];
      for (int i = 0; i < n; i++) {
        seeds[i] = firstSeed + first + i;
      }
      sink.accept(images(seeds, label, labels), label);
    }
  }

  /** Makes the image of each seed, with its label where there are labels. */
  public float[] images(long[] seeds, int[] label, int labels) {
    int size = shape.elements();
    float[] noise = new float[seeds.length * size];
    float[] oneHot = new float[label.length * labels];
    for (int i = 0; i < seeds.length; i++) {
      new GaussianNoise(seeds[i], 0).fill(noise, i * size, size, 0);
      if (label.length > 0) {
        oneHot[i * labels + label[i]] = 1;
      }
    }
    return maker.images(noise, oneHot, seeds);
  }
}
