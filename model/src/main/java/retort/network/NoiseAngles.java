package retort.network;

import retort.graph.GraphBuilder;
import retort.graph.Tensor;
import retort.graph.Value;

/** The noise level times frequencies, whose sines and cosines tell it to a network. */
final class NoiseAngles {
  private static final float LOWEST = 1e-4f;

  private NoiseAngles() {}

  /**
   * {@code noise[n] * frequencies[k]}.
   *
   * @param noise {@code [N]}
   * @param frequencies {@code [count]}
   */
  static Value of(Value noise, Value frequencies) {
    return noise.reshape(-1, 1).times(frequencies.reshape(1, -1));
  }

  /**
   * {@code noise[n] * 10000^(-k / steps)} for k below {@code count}. The frequencies are rounded
   * where the published code rounds them: at noise levels around 1000 the angles show it.
   */
  static Value positional(GraphBuilder g, Value noise, int count, int steps) {
    float[] frequencies = new float[count];
    for (int k = 0; k < count; k++) {
      frequencies[k] = (float) Math.pow(LOWEST, (float) k / steps);
    }
    return of(noise, g.constant(Tensor.floats(new int[] {count}, frequencies)));
  }
}
