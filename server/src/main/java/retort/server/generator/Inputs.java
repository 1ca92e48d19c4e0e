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
  private final float[] walk;
  private final float[] next;
  private final double[] weights;

  /**
   * @param elements of the noise of one image
   * @param labels how many there are; may be 0
   */
  Inputs(int elements, int labels) {
    noise = new float[elements];
    walk = new float[elements];
    next = new float[elements];
    weights = new double[labels];
  }

  /**
   * Writes what one image is made from.
   *
   * @param noises a buffer for each stream of the seed, the first step's noise first
   * @param labels of which none is written where there are no labels
   * @param slot the image's place in all buffers
   */
  void draw(Origin origin, List<FloatBuffer> noises, FloatBuffer labels, int slot) {
    List<Origin> layers = origin.layers();
    int last = layers.size() - 1;
    for (int stream = 0; stream < noises.size(); stream++) {
      drawWalk(layers.get(last), stream, noise);
      for (int i = last - 1; i >= 0; i--) {
        drawWalk(layers.get(i), stream, walk);
        Slerp.move(noise, walk, layers.get(i).arrival());
      }
      noises.get(stream).put(slot * noise.length, noise);
    }
    weigh(layers);
    for (int label = 0; label < weights.length; label++) {
      labels.put(slot * weights.length + label, (float) weights[label]);
    }
  }

  /** Fills with the noise of an origin, without what it moves away from. */
  private void drawWalk(Origin origin, int stream, float[] into) {
    new GaussianNoise(origin.seed(), stream).fill(into, 0, into.length, 0);
    if (origin.blend() > 0) {
      new GaussianNoise(origin.seed() + 1, stream).fill(next, 0, next.length, 0);
      Slerp.move(into, next, origin.blend());
    }
  }

  /** Fills the weights of all labels: each origin has the share that the ones before it leave. */
  private void weigh(List<Origin> layers) {
    Arrays.fill(weights, 0);
    double left = 1;
    for (int i = 0; i < layers.size(); i++) {
      Origin origin = layers.get(i);
      double share = i == layers.size() - 1 ? left : left * origin.arrival();
      left *= 1 - origin.arrival();
      if (origin.label() == origin.nextLabel()) {
        weigh(origin.label(), share);
      } else {
        weigh(origin.label(), share * (1 - origin.blend()));
        weigh(origin.nextLabel(), share * origin.blend());
      }
    }
  }

  private void weigh(int label, double weight) {
    if (label != Origin.NO_LABEL) {
      weights[label] += weight;
    }
  }
}
