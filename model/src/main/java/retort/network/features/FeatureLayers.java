package retort.network.features;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import retort.graph.Attributes;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.network.WeightSource;
import retort.noise.UniformDraws;

/**
 * The layers of a network under one name: each method applies a layer whose weights are {@code
 * name.weight} and {@code name.bias}. A layer applied twice has its weights once.
 */
final class FeatureLayers {
  /** PyTorch's default, which no published network here changes. */
  private static final double BATCH_NORM_EPSILON = 1e-5;

  /**
   * Means and deviations of ImageNet's colours, 0.485 and 0.229 of [0, 1] and so on, in [-1, 1].
   */
  private static final float[] COLOUR_SHIFT = {-0.030f, -0.088f, -0.188f};

  private static final float[] COLOUR_SCALE = {0.458f, 0.448f, 0.450f};

  private final GraphBuilder graph;
  private final WeightSource source;
  private final Map<String, Value> weights = new HashMap<>();

  FeatureLayers(GraphBuilder graph, WeightSource source) {
    this.graph = graph;
    this.source = source;
  }

  /** {@code [N, in, H, W]} to {@code [N, out, H', W']}, zeros around the image. */
  Value conv(String name, Value x, int out, int kernel, int stride, int pad) {
    return conv(x, List.of(kernel(name, x, out, kernel), bias(name, out)), stride, pad);
  }

  /** {@code [N, in, H, W]} to {@code [N, out, H', W']}, zeros around the image, without a bias. */
  Value convWithoutBias(String name, Value x, int out, int kernel, int stride, int pad) {
    return conv(x, List.of(kernel(name, x, out, kernel)), stride, pad);
  }

  private Value conv(Value x, List<Value> weights, long stride, long pad) {
    Attributes window =
        Attributes.none()
            .with("pads", new long[] {pad, pad, pad, pad})
            .with("strides", new long[] {stride, stride});
    List<Value> operands =
        weights.size() == 1
            ? List.of(x, weights.get(0))
            : List.of(x, weights.get(0), weights.get(1));
    return graph.add(Operator.CONV, window, operands);
  }

  private Value kernel(String name, Value x, int out, int kernel) {
    int[] shape = {out, x.channels(), kernel, kernel};
    return parameter(name + ".weight", shape, () -> drawn(shape));
  }

  private Value bias(String name, int size) {
    return filled(name + ".bias", 0, size);
  }

  /** {@code [N, in]} to {@code [N, out]}. */
  Value linear(String name, Value x, int out) {
    int[] shape = {out, x.channels()};
    return x.linear(parameter(name + ".weight", shape, () -> drawn(shape)), bias(name, out));
  }

  /**
   * A weight for each channel, 1 where nothing is published, and their sum: {@code [N, 1, H, W]}.
   */
  Value channelSum(String name, Value x) {
    Value weight = filled(name + ".weight", 1, 1, x.channels(), 1, 1);
    return graph.add(Operator.CONV, Attributes.none(), List.of(x, weight));
  }

  /** Batch normalisation by the statistics that training left, which are buffers. */
  Value batchNorm(String name, Value x) {
    int[] shape = {x.channels()};
    Value scale = filled(name + ".weight", 1, shape);
    Value bias = filled(name + ".bias", 0, shape);
    Value mean = buffer(name + ".running_mean", 0, shape);
    Value variance = buffer(name + ".running_var", 1, shape);
    return graph.add(
        Operator.BATCH_NORMALIZATION,
        Attributes.none().with("epsilon", BATCH_NORM_EPSILON),
        List.of(x, scale, bias, mean, variance));
  }

  /** Largest of each window of stride 2; a last window may reach over the border. */
  Value maxPool(Value x, long kernel, boolean overBorder) {
    Attributes window =
        Attributes.none()
            .with("kernel_shape", new long[] {kernel, kernel})
            .with("strides", new long[] {2, 2})
            .with("ceil_mode", overBorder ? 1 : 0);
    return graph.add(Operator.MAX_POOL, window, List.of(x));
  }

  /** Bilinear interpolation between the centres of pixels, without antialiasing. */
  Value resized(Value x, long height, long width) {
    Attributes attributes =
        Attributes.none()
            .with("mode", "linear")
            .with("coordinate_transformation_mode", "half_pixel")
            .with("axes", new long[] {2, 3});
    Value size = graph.constant(Tensor.vector(height, width));
    return graph.add(Operator.RESIZE, attributes, Arrays.asList(x, null, null, size));
  }

  /** Every second row and column, between as many channels of zeros on both sides. */
  Value halvedWithZeros(Value x, int channels) {
    Value begin = graph.constant(Tensor.vector(0, 0));
    Value end = graph.constant(Tensor.vector(x.height(), x.width()));
    Value axes = graph.constant(Tensor.vector(2, 3));
    Value steps = graph.constant(Tensor.vector(2, 2));
    Value halved =
        graph.add(Operator.SLICE, Attributes.none(), List.of(x, begin, end, axes, steps));
    int side = (channels - x.channels()) / 2;
    Value zeros = graph.constant(Tensor.vector(0, side, 0, 0, 0, side, 0, 0));
    return graph.add(Operator.PAD, Attributes.none(), List.of(halved, zeros));
  }

  /** The mean of each channel: {@code [N, C, H, W]} to {@code [N, C]}. */
  Value channelMeans(Value x) {
    return x.mean(2, 3).reshape(0, x.channels());
  }

  /** Each pixel's channels as a vector of length 1; zeros stay zeros. */
  Value unitLength(Value x, double epsilon) {
    Value axes = graph.constant(Tensor.vector(1));
    // An operator of its own, since the root of a sum of squares has no gradient at 0.
    Value length = graph.add(Operator.REDUCE_L2, Attributes.none(), List.of(x, axes));
    return x.over(length.plus(epsilon));
  }

  /** An image in [-1, 1] as networks trained on ImageNet expect it. */
  Value standardised(Value image) {
    return image.minus(colours(COLOUR_SHIFT)).over(colours(COLOUR_SCALE));
  }

  private Value colours(float... values) {
    return graph.constant(Tensor.floats(new int[] {1, 3, 1, 1}, values.clone()));
  }

  private Value filled(String name, float value, int... shape) {
    return parameter(name, shape, () -> full(value, shape));
  }

  private Value parameter(String name, int[] shape, Supplier<Tensor> initial) {
    return weights.computeIfAbsent(
        name, added -> graph.parameter(added, source.weight(added, shape, initial)));
  }

  private Value buffer(String name, float value, int... shape) {
    return weights.computeIfAbsent(
        name, added -> graph.buffer(added, source.weight(added, shape, () -> full(value, shape))));
  }

  private static Tensor full(float value, int... shape) {
    float[] values = new float[Tensor.elements(shape)];
    Arrays.fill(values, value);
    return Tensor.floats(shape, values);
  }

  /** Uniform draws that keep the variance behind rectifiers (He et al. 2015). */
  private Tensor drawn(int... shape) {
    float[] values = new float[Tensor.elements(shape)];
    double bound = Math.sqrt(6.0 * shape[0] / values.length);
    UniformDraws draws = new UniformDraws(0, weights.size());
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (bound * (2 * draws.uniform(i) - 1));
    }
    return Tensor.floats(shape, values);
  }
}
