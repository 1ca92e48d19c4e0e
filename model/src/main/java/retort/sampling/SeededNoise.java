package retort.sampling;

import retort.noise.GaussianNoise;

/**
 * Noise for a batch in which every image has its own seed, so that an image does not depend on the
 * batch it is made in.
 *
 * <p>The start is stream 0 of each seed, the noise of step k (from 0) stream {@code k + 1}.
 *
 * <p>Immutable and safe to share between threads.
 */
public final class SeededNoise implements StepNoise {

  private final long[] seeds;

  /** Noise for as many images as there are seeds. */
  public SeededNoise(long... seeds) {
    if (seeds.length == 0) {
      throw new IllegalArgumentException("no seeds were given but each image needs one");
    }
    this.seeds = seeds.clone();
  }

  /** The noise to start from, {@code [N, C, H, W]}, for images of {@code C * H * W} elements. */
  public float[] start(int imageElements) {
    return batch(0, imageElements);
  }

  @Override
  public double[] draw(int step, int elements) {
    if (elements % seeds.length != 0) {
      throw new IllegalArgumentException(
          "a batch of "
              + elements
              + " elements cannot be shared by "
              + seeds.length
              + " seeds: give one seed for each image");
    }
    float[] drawn = batch(step + 1, elements / seeds.length);
    double[] widened = new double[elements];
    for (int i = 0; i < elements; i++) {
      widened[i] = drawn[i];
    }
    return widened;
  }

  private float[] batch(int stream, int imageElements) {
    float[] batch = new float[Math.multiplyExact(seeds.length, imageElements)];
    for (int image = 0; image < seeds.length; image++) {
      new GaussianNoise(seeds[image], stream).fill(batch, image * imageElements, imageElements, 0);
    }
    return batch;
  }
}
