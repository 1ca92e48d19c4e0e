package retort.network;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import retort.graph.Attributes;
import retort.graph.GraphBuilder;
import retort.graph.GraphException;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Value;

/**
 * The layers of a network under one name: each method adds the layer's weights, {@code name.weight}
 * and {@code name.bias}, and applies it.
 */
final class Layers {
  private final GraphBuilder graph;
  private final WeightSource source;
  private final long seed;
  private int stream;

  /**
   * The layers of one graph.
   *
   * @param seed of initial weights, where {@code source} wants these
   */
  Layers(GraphBuilder graph, WeightSource source, long seed) {
    this.graph = graph;
    this.source = source;
    this.seed = seed;
  }

  private Value weight(String name, Initializer initializer, int... shape) {
    int own = stream++;
    return parameter(name + ".weight", shape, () -> initializer.weight(seed, own, shape));
  }

  private Value bias(String name, int size) {
    return filled(name + ".bias", 0, size);
  }

  private Value filled(String name, float value, int size) {
    int[] shape = {size};
    return parameter(
        name,
        shape,
        () -> {
          float[] values = new float[size];
          Arrays.fill(values, value);
          return Tensor.floats(shape, values);
        });
  }

  private Value parameter(String name, int[] shape, Supplier<Tensor> initial) {
    return graph.parameter(name, source.weight(name, shape, initial));
  }

  /** {@code [N, in]} to {@code [N, out]}. */
  Value linear(String name, Value x, int out) {
    return x.linear(weight(name, Initializer.XAVIER, out, x.channels()), bias(name, out));
  }

  /** {@code [N, in]} to {@code [N, out]} without a bias. */
  Value linearWithoutBias(String name, Value x, int out) {
    return x.linear(weight(name, Initializer.XAVIER, out, x.channels()));
  }

  /** {@code [N, in, H, W]} to {@code [N, out, H, W]} with a {@code kernel x kernel} window. */
  Value conv(String name, Value x, int out, int kernel, Initializer initializer) {
    return x.conv(weight(name, initializer, out, x.channels(), kernel, kernel), bias(name, out));
  }

  /**
   * {@code [N, in, H, W]} to {@code [N, out, H/2, W/2]} with a 3x3 window.
   *
   * @param before rows and columns of zeros above and left of the image; there is one below and
   *     right of it
   */
  Value halvingConv(String name, Value x, int out, int before) {
    Attributes attributes =
        Attributes.none()
            .with("pads", new long[] {before, before, 1, 1})
            .with("strides", new long[] {2, 2});
    Value weight = weight(name, Initializer.XAVIER, out, x.channels(), 3, 3);
    return graph.add(Operator.CONV, attributes, List.of(x, weight, bias(name, out)));
  }

  /** A table, {@code name.weight}, of vectors. */
  Value table(String name, int rows, int columns) {
    return weight(name, Initializer.XAVIER, rows, columns);
  }

  /** Group normalisation with at least 4 channels a group and at most 32 groups. */
  Value groupNorm(String name, Value x, double epsilon) {
    return groupNorm(name, x, Math.min(32, x.channels() / 4), epsilon);
  }

  /** Group normalisation with {@code groups} groups. */
  Value groupNorm(String name, Value x, int groups, double epsilon) {
    int channels = x.channels();
    if (groups < 1 || channels % groups != 0) {
      throw new GraphException(
          name + " would divide " + channels + " channels into " + groups + " equal groups");
    }
    Value scale = filled(name + ".weight", 1, channels);
    return x.groupNorm(groups, epsilon, scale, bias(name, channels));
  }

  /** Half the resolution through a smoothing filter; {@code [1, 1]} averages 2x2 blocks. */
  Value downsample(Value x, List<Double> filter) {
    return filter.size() == 2
        ? x.averagePool2x2()
        : x.depthwise(resampleFilter(x.channels(), 1, filter), (filter.size() - 1) / 2, 2);
  }

  /** Twice the resolution through a smoothing filter; {@code [1, 1]} repeats pixels. */
  Value upsample(Value x, List<Double> filter) {
    return filter.size() == 2
        ? x.upsampleNearest2x()
        : x.depthwiseTransposed(
            resampleFilter(x.channels(), 4, filter), (filter.size() - 1) / 2, 2);
  }

  private Value resampleFilter(int channels, double gain, List<Double> filter) {
    double sum = filter.stream().mapToDouble(Double::doubleValue).sum();
    int length = filter.size();
    float[] values = new float[channels * length * length];
    for (int i = 0; i < values.length; i++) {
      double outer = filter.get(i / length % length) * filter.get(i % length);
      values[i] = (float) (gain * outer / (sum * sum));
    }
    return graph.constant(Tensor.floats(new int[] {channels, 1, length, length}, values));
  }
}
