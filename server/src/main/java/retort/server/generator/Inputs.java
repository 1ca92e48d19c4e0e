package retort.server.generator;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import retort.noise.GaussianNoise;
import retort.noise.Slerp;

/**
 * Draws what a network is fed from an origin: noise interpolated on the sphere, labels linearly.
 * Keeps its arrays; not thread-safe.
 */
final class Inputs {
  private final float[] noise;
  private final float[] next;
  private final float[] weights;

  /**
   * @param elements of the noise of one image
   * @param labels how many there are; may be 0
   */
  Inputs(int elements, int labels) {
    noise = new float[elements];
    next = new float[elements];
    weights = new float[labels];
  }

  /**
   * Writes what one image is made from.
   *
   * @param noises a buffer for each stream of the seed, the first step's noise first
   * @param labels of which none is written where there are no labels
   * @param slot the image's place in all buffers
   */
  void draw(Origin origin, List<FloatBuffer> noises, FloatBuffer labels, int slot) {
    for (int stream = 0; stream < noises.size(); stream++) {
      new GaussianNoise(origin.seed(), stream).fill(noise, 0, noise.length, 0);
      if (origin.blend() > 0) {
        new GaussianNoise(origin.seed() + 1, stream).fill(next, 0, next.length, 0);
        Slerp.move(noise, next, origin.blend());
      }
      noises.get(stream).put(slot * noise.length, noise);
    }
    Arrays.fill(weights, 0);
    if (origin.label() == origin.nextLabel()) {
      weigh(origin.label(), 1);
    } else {
      weigh(origin.label(), 1 - origin.blend());
      weigh(origin.nextLabel(), origin.blend());
    }
    labels.put(slot * weights.length, weights);
  }

  private void weigh(int label, double weight) {
    if (label != Origin.NO_LABEL) {
      weights[label] = (float) weight;
    }
  }
}
