package retort.network;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import retort.graph.GraphBuilder;
import retort.graph.Projection;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.noise.UniformDraws;

/**
 * The layers of EDM2, which keep the expected magnitude of activations (Karras et al. 2024,
 * Appendix B). A layer has one weight, {@code name.weight}, and no bias. It computes with the
 * weight's filters divided by their magnitude, and gradients flow through the division; training
 * also keeps the stored filters at unit magnitude, see {@link Projection#UNIT_FILTERS}.
 */
final class MagnitudePreserving {
  /** The root mean square of {@code silu(x)} for standard normal x. */
  private static final double SILU_MAGNITUDE = 0.596;

  private final GraphBuilder graph;
  private final WeightSource source;
  private final long seed;
  private final Layers layers;
  private int stream;

  /**
   * The layers of one graph.
   *
   * @param seed of initial weights, where {@code source} wants these
   */
  MagnitudePreserving(GraphBuilder graph, WeightSource source, long seed) {
    this.graph = graph;
    this.source = source;
    this.seed = seed;
    this.layers = new Layers(graph, source, seed);
  }

  /** {@code [N, in, H, W]} to {@code [N, out, H, W]} with a {@code kernel x kernel} window. */
  Value conv(String name, Value x, int out, int kernel) {
    return x.conv(filters(name, graph.constant(1), out, x.channels(), kernel, kernel));
  }

  /** A convolution whose result is multiplied by a learnt number of rank 0. */
  Value conv(String name, Value x, int out, int kernel, Value gain) {
    return x.conv(filters(name, gain, out, x.channels(), kernel, kernel));
  }

  /** {@code [N, in]} to {@code [N, out]}. */
  Value linear(String name, Value x, int out) {
    return linear(name, x, out, graph.constant(1));
  }

  /** {@code [N, in]} to {@code [N, out]}, multiplied by a learnt number of rank 0. */
  Value linear(String name, Value x, int out, Value gain) {
    return x.linear(filters(name, gain, out, x.channels()));
  }

  /**
   * {@code gain / sqrt(n) w / (epsilon + |w| / sqrt(n))} for each filter w of n numbers, with one
   * product of the weight's size.
   */
  private Value filters(String name, Value gain, int... shape) {
    String full = name + ".weight";
    UniformDraws draws = draws();
    Tensor start = source.weight(full, shape, () -> drawn(shape, draws::normal));
    Value weight = graph.parameter(full, start, Projection.UNIT_FILTERS);
    long[] axes = shape.length == 2 ? new long[] {1} : new long[] {1, 2, 3};
    int n = Tensor.elements(shape) / shape[0];
    return weight.times(gain.over(weight.norm(axes).plus(Projection.EPSILON * Math.sqrt(n))));
  }

  /** A learnt number of rank 0, which starts at 0. */
  Value gain(String name) {
    int[] shape = {};
    return graph.parameter(name, source.weight(name, shape, () -> Tensor.floats(shape, 0)));
  }

  /**
   * Random Fourier features of a number: {@code sqrt(2) cos(f_k x + p_k)}.
   *
   * @param x {@code [N]}
   * @return {@code [N, channels]}
   */
  Value fourier(String name, Value x, int channels) {
    int[] shape = {channels};
    UniformDraws normal = draws();
    UniformDraws uniform = draws();
    Value frequencies = buffer(name + ".freqs", shape, i -> 2 * Math.PI * normal.normal(i));
    Value phases = buffer(name + ".phases", shape, i -> 2 * Math.PI * uniform.uniform(i));
    return x.reshape(-1, 1).times(frequencies).plus(phases).cos().times(Math.sqrt(2));
  }

  private Value buffer(String name, int[] shape, IntToDoubleFunction initial) {
    return graph.buffer(name, source.weight(name, shape, () -> drawn(shape, initial)));
  }

  private UniformDraws draws() {
    return new UniformDraws(seed, stream++);
  }

  private static Tensor drawn(int[] shape, IntToDoubleFunction draw) {
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) draw.applyAsDouble(i);
    }
    return Tensor.floats(shape, values);
  }

  /** Half the resolution through a smoothing filter. */
  Value downsample(Value x, List<Double> filter) {
    return layers.downsample(x, filter);
  }

  /** Twice the resolution through a smoothing filter. */
  Value upsample(Value x, List<Double> filter) {
    return layers.upsample(x, filter);
  }

  /** {@code x / (epsilon + rms(x))}, the root mean square over one axis of {@code count} places. */
  static Value normalize(Value x, int axis, int count) {
    return x.over(x.norm(axis).times(1 / Math.sqrt(count)).plus(Projection.EPSILON));
  }

  /** SiLU of unit magnitude. */
  static Value silu(Value x) {
    return x.silu().over(SILU_MAGNITUDE);
  }

  /** {@code ((1 - t) a + t b) / sqrt((1 - t)^2 + t^2)}. */
  static Value sum(Value a, Value b, double t) {
    double norm = Math.hypot(1 - t, t);
    return a.times((1 - t) / norm).plus(b.times(t / norm));
  }

  /** Channels of a and b, which contribute to the magnitude as {@code 1 - t} and {@code t}. */
  static Value concat(Value a, Value b, double t) {
    int na = a.channels();
    int nb = b.channels();
    double scale = Math.sqrt(na + nb) / Math.hypot(1 - t, t);
    return a.times(scale * (1 - t) / Math.sqrt(na)).concat(b.times(scale * t / Math.sqrt(nb)), 1);
  }
}
