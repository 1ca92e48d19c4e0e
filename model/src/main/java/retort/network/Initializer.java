package retort.network;

import retort.graph.Tensor;
import retort.noise.UniformDraws;

/**
 * The first values of a weight: {@code scale * sqrt(6 / (fanIn + fanOut)) * U(-1, 1)} (Glorot and
 * Bengio 2010), where a convolution's fans count its window.
 *
 * @param scale a factor; 1e-5 for layers that should start as nearly zero, 0 for biases
 */
record Initializer(double scale) {
  static final Initializer XAVIER = new Initializer(1);
  static final Initializer NEARLY_ZERO = new Initializer(1e-5);
  static final Initializer ATTENTION = new Initializer(Math.sqrt(0.2));

  /** A weight {@code [out, in, window...]} from the draws of its own {@code stream}. */
  Tensor weight(long seed, int stream, int... shape) {
    int window = Tensor.elements(shape) / (shape[0] * shape[1]);
    double bound = scale * Math.sqrt(6.0 / ((double) (shape[0] + shape[1]) * window));
    UniformDraws draws = new UniformDraws(seed, stream);
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound * (2 * draws.uniform(i) - 1));
    }
    return Tensor.floats(shape, values);
  }
}
