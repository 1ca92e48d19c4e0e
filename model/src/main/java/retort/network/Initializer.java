package retort.network;

import retort.graph.Tensor;
import retort.noise.UniformDraws;

/**
 * The first values of a layer, drawn with a spread that follows from its fans (Glorot and Bengio
 * 2010, He et al. 2015), where a convolution's fans count its window.
 *
 * @param law how values are drawn
 * @param scale a factor on weights; 1e-5 for layers that should start as nearly zero
 * @param biasScale a factor on biases, which have the fans of their weights; 0 for none
 */
record Initializer(Law law, double scale, double biasScale) {
  static final Initializer XAVIER = new Initializer(1);
  static final Initializer NEARLY_ZERO = new Initializer(1e-5);
  static final Initializer ATTENTION = new Initializer(Math.sqrt(0.2));
  static final Initializer KAIMING =
      new Initializer(Law.KAIMING_UNIFORM, Math.sqrt(1 / 3.0), Math.sqrt(1 / 3.0));
  static final Initializer ZERO = new Initializer(Law.KAIMING_UNIFORM, 0, 0);

  /** How values are drawn. */
  enum Law {
    /** {@code sqrt(6 / (fanIn + fanOut)) * U(-1, 1)}. */
    XAVIER_UNIFORM,
    /** {@code sqrt(3 / fanIn) * U(-1, 1)}. */
    KAIMING_UNIFORM,
    /** {@code sqrt(1 / fanIn) * N(0, 1)}. */
    KAIMING_NORMAL;

    private double draw(UniformDraws draws, long index, double fanIn, double fanOut) {
      return switch (this) {
        case XAVIER_UNIFORM -> Math.sqrt(6 / (fanIn + fanOut)) * (2 * draws.uniform(index) - 1);
        case KAIMING_UNIFORM -> Math.sqrt(3 / fanIn) * (2 * draws.uniform(index) - 1);
        case KAIMING_NORMAL -> Math.sqrt(1 / fanIn) * draws.normal(index);
      };
    }
  }

  /** Uniform weights after Glorot and Bengio, and biases 0. */
  Initializer(double scale) {
    this(Law.XAVIER_UNIFORM, scale, 0);
  }

  /** A weight {@code [out, in, window...]} from the draws of its own {@code stream}. */
  Tensor weight(long seed, int stream, int... shape) {
    return Tensor.floats(shape, draws(scale, seed, stream, 0, Tensor.elements(shape), shape));
  }

  /** The bias {@code [out]} of such a weight, from the draws after the weight's. */
  Tensor bias(long seed, int stream, int... weightShape) {
    int first = Tensor.elements(weightShape);
    return Tensor.floats(
        new int[] {weightShape[0]},
        draws(biasScale, seed, stream, first, weightShape[0], weightShape));
  }

  private float[] draws(double factor, long seed, int stream, long first, int count, int... shape) {
    float[] values = new float[count];
    if (factor == 0) {
      return values;
    }
    int window = Tensor.elements(shape) / (shape[0] * shape[1]);
    double fanIn = (double) shape[1] * window;
    double fanOut = (double) shape[0] * window;
    UniformDraws draws = new UniformDraws(seed, stream);
    for (int i = 0; i < count; i++) {
      values[i] = (float) (factor * law.draw(draws, first + i, fanIn, fanOut));
    }
    return values;
  }
}
