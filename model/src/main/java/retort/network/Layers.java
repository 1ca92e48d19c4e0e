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
import retort.noise.UniformDraws;

/**
 * The layers of a network under one name: each method adds the layer's weights, {@code name.weight}
 * and {@code name.bias}, and applies it.
 */
final class Layers {
  private static final int MAX_GROUPS = 32;
  private static final int MIN_GROUP = 4;

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

  /** What a layer learns. */
  private record Learnt(Value weight, Value bias) {}

  private Learnt learnt(String name, Initializer initializer, int... shape) {
    int own = stream++;
    int[] biases = {shape[0]};
    return new Learnt(
        parameter(name + ".weight", shape, () -> initializer.weight(seed, own, shape)),
        parameter(name + ".bias", biases, () -> initializer.bias(seed, own, shape)));
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

  /** Normal numbers {@code [count]} that are drawn once and not learnt. */
  Value normalBuffer(String name, double deviation, int count) {
    int own = stream++;
    int[] shape = {count};
    return graph.buffer(
        name,
        source.weight(
            name,
            shape,
            () -> {
              UniformDraws draws = new UniformDraws(seed, own);
              float[] values = new float[count];
              for (int i = 0; i < count; i++) {
                values[i] = (float) (deviation * draws.normal(i));
              }
              return Tensor.floats(shape, values);
            }));
  }

  /** {@code [N, in]} to {@code [N, out]}. */
  Value linear(String name, Value x, int out) {
    return linear(name, x, out, Initializer.XAVIER);
  }

  /** {@code [N, in]} to {@code [N, out]}. */
  Value linear(String name, Value x, int out, Initializer initializer) {
    Learnt learnt = learnt(name, initializer, out, x.channels());
    return x.linear(learnt.weight(), learnt.bias());
  }

  /** {@code [N, in]} to {@code [N, out]} without a bias. */
  Value linearWithoutBias(String name, Value x, int out, Initializer initializer) {
    int own = stream++;
    int[] shape = {out, x.channels()};
    return x.linear(parameter(name + ".weight", shape, () -> initializer.weight(seed, own, shape)));
  }

  /** {@code [N, in, H, W]} to {@code [N, out, H, W]} with a {@code kernel x kernel} window. */
  Value conv(String name, Value x, int out, int kernel, Initializer initializer) {
    Learnt learnt = learnt(name, initializer, out, x.channels(), kernel, kernel);
    return x.conv(learnt.weight(), learnt.bias());
  }

  /** {@code [N, in, H, W]} to {@code out} channels with any window {height, width} and stride. */
  Value conv(
      String name, Value x, int out, int[] window, int stride, int pad, Initializer initializer) {
    Attributes attributes =
        Attributes.none()
            .with("pads", new long[] {pad, pad, pad, pad})
            .with("strides", new long[] {stride, stride});
    Learnt learnt = learnt(name, initializer, out, x.channels(), window[0], window[1]);
    return graph.add(Operator.CONV, attributes, List.of(x, learnt.weight(), learnt.bias()));
  }

  /**
   * A 3x3 convolution and half the resolution through a smoothing filter, with zeros around the
   * image for both together.
   */
  Value convThenDownsample(
      String name, Value x, int out, List<Double> filter, Initializer initializer) {
    Learnt learnt = learnt(name, initializer, out, x.channels(), 3, 3);
    Value wide = x.conv(learnt.weight(), learnt.bias(), 1 + padding(filter));
    return halved(wide, filter, 0);
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
    Learnt learnt = learnt(name, Initializer.XAVIER, out, x.channels(), 3, 3);
    return graph.add(Operator.CONV, attributes, List.of(x, learnt.weight(), learnt.bias()));
  }

  /** A table, {@code name.weight}, of vectors. */
  Value table(String name, int rows, int columns) {
    int own = stream++;
    int[] shape = {rows, columns};
    return parameter(name + ".weight", shape, () -> Initializer.XAVIER.weight(seed, own, shape));
  }

  /** Group normalisation with at least 4 channels a group and at most 32 groups. */
  Value groupNorm(String name, Value x, double epsilon) {
    int channels = x.channels();
    int groups = Math.min(MAX_GROUPS, channels / MIN_GROUP);
    if (groups == 0 || channels % groups != 0) {
      throw new GraphException(
          name
              + " cannot normalise "
              + channels
              + " channels in "
              + groups
              + " equal groups: choose model channels that are a multiple of "
              + MIN_GROUP
              + ", and of "
              + MAX_GROUPS
              + " in a wide network");
    }
    return groupNorm(name, x, groups, epsilon);
  }

  /** Group normalisation with {@code groups} groups. */
  Value groupNorm(String name, Value x, int groups, double epsilon) {
    int channels = x.channels();
    if (groups < 1 || channels % groups != 0) {
      throw new GraphException(
          name + " would divide " + channels + " channels into " + groups + " equal groups");
    }
    Value scale = filled(name + ".weight", 1, channels);
    Value bias = filled(name + ".bias", 0, channels);
    return x.groupNorm(groups, epsilon, scale, bias);
  }

  /** Half the resolution through a smoothing filter; {@code [1, 1]} averages 2x2 blocks. */
  Value downsample(Value x, List<Double> filter) {
    return halved(x, filter, padding(filter));
  }

  private Value halved(Value x, List<Double> filter, int pad) {
    return isBox(filter)
        ? x.averagePool2x2()
        : x.depthwise(resampleFilter(x.channels(), 1, filter), pad, 2);
  }

  /** Twice the resolution through a smoothing filter; {@code [1, 1]} repeats pixels. */
  Value upsample(Value x, List<Double> filter) {
    return isBox(filter)
        ? x.upsampleNearest2x()
        : x.depthwiseTransposed(resampleFilter(x.channels(), 4, filter), padding(filter), 2);
  }

  private static boolean isBox(List<Double> filter) {
    return filter.size() == 2 && filter.get(0).equals(filter.get(1));
  }

  private static int padding(List<Double> filter) {
    return (filter.size() - 1) / 2;
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
