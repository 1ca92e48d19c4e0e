package retort.trainer.evaluate;

import java.util.Arrays;
import retort.denoiser.ImageShape;
import retort.noise.GaussianNoise;
import retort.trainer.data.Prefetch;

/** Something that makes images from noise and labels, such as a generator or a sampler. */
public final class ImageSource {
  private static final int MOST_AT_ONCE = 250;

  /** Values of the images made at once: with more, what lies between layers leaves the caches. */
  private static final int VALUES = 100_000;

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

  /** How many images are made at once, so that it goes fast. */
  public int batch() {
    return Math.max(1, Math.min(MOST_AT_ONCE, VALUES / shape.elements()));
  }

  /**
   * Makes images in parts. Image k has the seed {@code firstSeed + k} and the label {@code k mod
   * labels}.
   */
  public void generate(long firstSeed, int count, int labels, Sink sink) {
    generate(
        firstSeed,
        0,
        count,
        labels,
        (images, label) -> {
          sink.accept(images, label);
          return true;
        });
  }

  /**
   * The same from image {@code from} on, until the sink has enough. The noise of the next part is
   * drawn while the networks work on one.
   */
  void generate(long firstSeed, int from, int count, int labels, ImageSet.Sink sink) {
    int batch = batch();
    int parts = (count - from + batch - 1) / batch;
    try (Prefetch<Part> ahead =
        new Prefetch<>(
            k -> {
              int first = from + (int) k * batch;
              return k < parts
                  ? part(firstSeed, first, Math.min(batch, count - first), labels)
                  : Part.NONE;
            },
            1,
            1)) {
      boolean more = true;
      for (int k = 0; k < parts && more; k++) {
        Part part = ahead.take(k);
        more = sink.accept(maker.images(part.noise, part.oneHot, part.seeds), part.label);
      }
    }
  }

  private Part part(long firstSeed, int first, int count, int labels) {
    int[] label = new int[labels == 0 ? 0 : count];
    Arrays.setAll(label, i -> (first + i) % labels);
    long[] seeds = new long[count];
    Arrays.setAll(seeds, i -> firstSeed + first + i);
    return part(seeds, label, labels);
  }

  /** Makes the image of each seed, with its label where there are labels. */
  public float[] images(long[] seeds, int[] label, int labels) {
    Part part = part(seeds, label, labels);
    return maker.images(part.noise, part.oneHot, part.seeds);
  }

  private Part part(long[] seeds, int[] label, int labels) {
    int size = shape.elements();
    float[] noise = new float[seeds.length * size];
    float[] oneHot = new float[label.length * labels];
    for (int i = 0; i < seeds.length; i++) {
      new GaussianNoise(seeds[i], 0).fill(noise, i * size, size, 0);
      if (label.length > 0) {
        oneHot[i * labels + label[i]] = 1;
      }
    }
    return new Part(noise, oneHot, seeds, label);
  }

  /** What images are made of. */
  private static final class Part {
    static final Part NONE = new Part(new float[0], new float[0], new long[0], new int[0]);

    final float[] noise;
    final float[] oneHot;
    final long[] seeds;
    final int[] label;

    Part(float[] noise, float[] oneHot, long[] seeds, int[] label) {
      this.noise = noise;
      this.oneHot = oneHot;
      this.seeds = seeds;
      this.label = label;
    }
  }
}
