package retort.graph;

import java.util.Arrays;
import java.util.List;

/**
 * A value of a graph under construction, on which operators are written as methods, so that a
 * formula in Java reads like the formula in the paper: {@code x.times(cSkip).plus(f.times(cOut))}.
 *
 * <p>Operands broadcast as in NumPy. Every method throws {@link GraphException} when shapes do not
 * fit.
 */
public final class Value {
  private final GraphBuilder graph;
  private final String name;

  Value(GraphBuilder graph, String name) {
    this.graph = graph;
    this.name = name;
  }

  String name() {
    return name;
  }

  /** Shape of the value, in which N is the batch size. */
  public Shape shape() {
    return graph.type(this).shape();
  }

  private int known(int axis) {
    Dim dim = shape().dim(axis);
    if (!dim.isKnown()) {
      throw new GraphException("axis " + axis + " of " + shape() + " depends on the batch size");
    }
    return Math.toIntExact(dim.constant());
  }

  /** Channels of an image-like value {@code [N, C, H, W]} or of a vector {@code [N, C]}. */
  public int channels() {
    return known(1);
  }

  /** Height of {@code [N, C, H, W]}. */
  public int height() {
    return known(2);
  }

  /** Width of {@code [N, C, H, W]}. */
  public int width() {
    return known(3);
  }

  public Value plus(Value other) {
    return apply(Operator.ADD, other);
  }

  public Value plus(double other) {
    return other == 0 ? this : plus(graph.constant(other));
  }

  public Value minus(Value other) {
    return apply(Operator.SUB, other);
  }

  public Value minus(double other) {
    return minus(graph.constant(other));
  }

  public Value times(Value other) {
    return apply(Operator.MUL, other);
  }

  public Value times(double other) {
    return other == 1 ? this : times(graph.constant(other));
  }

  public Value over(Value other) {
    return apply(Operator.DIV, other);
  }

  public Value over(double other) {
    return apply(Operator.DIV, graph.constant(other));
  }

  public Value reciprocal() {
    return apply(Operator.RECIPROCAL);
  }

  public Value squared() {
    return times(this);
  }

  public Value sqrt() {
    return apply(Operator.SQRT);
  }

  public Value exp() {
    return apply(Operator.EXP);
  }

  public Value log() {
    return apply(Operator.LOG);
  }

  public Value sin() {
    return apply(Operator.SIN);
  }

  public Value cos() {
    return apply(Operator.COS);
  }

  public Value abs() {
    return apply(Operator.ABS);
  }

  public Value relu() {
    return apply(Operator.RELU);
  }

  /** {@code log(1 + exp(x))}. */
  public Value softplus() {
    return apply(Operator.SOFTPLUS);
  }

  /** {@code x * sigmoid(x)}. */
  public Value silu() {
    return apply(Operator.SILU);
  }

  /** Elementwise maximum with a number. */
  public Value atLeast(double bound) {
    return graph.add(Operator.CLIP, Attributes.none(), List.of(this, graph.constant(bound)));
  }

  /** Each number between two bounds, or the bound that it is beyond. */
  public Value clip(double least, double most) {
    List<Value> operands = List.of(this, graph.constant(least), graph.constant(most));
    return graph.add(Operator.CLIP, Attributes.none(), operands);
  }

  /** Elementwise minimum with a number. */
  public Value atMost(double bound) {
    return graph.add(
        Operator.CLIP, Attributes.none(), Arrays.asList(this, null, graph.constant(bound)));
  }

  /** The place of the smallest value along an axis, which is left out; int64. */
  public Value argMin(int axis) {
    return graph.add(
        Operator.ARG_MIN,
        Attributes.none().with("axis", (long) axis).with("keepdims", 0),
        List.of(this));
  }

  /** The same numbers as float32. */
  public Value toFloat() {
    return graph.add(
        Operator.CAST,
        Attributes.none().with("to", (long) DataType.FLOAT32.onnxCode()),
        List.of(this));
  }

  /** The same numbers, through which no gradient flows. */
  public Value stopGradient() {
    return apply(Operator.STOP_GRADIENT);
  }

  /** Zeroes values at random and scales the rest; the identity when {@code ratio} is 0. */
  public Value dropout(double ratio) {
    return ratio == 0
        ? this
        : graph.add(Operator.DROPOUT, Attributes.none().with("ratio", ratio), List.of(this));
  }

  /** Another shape of as many values; one dimension may be -1, and 0 keeps the dimension. */
  public Value reshape(long... dims) {
    return apply(Operator.RESHAPE, graph.constant(Tensor.vector(dims)));
  }

  /** Axes in another order. */
  public Value transpose(long... permutation) {
    return graph.add(
        Operator.TRANSPOSE, Attributes.none().with("perm", permutation), List.of(this));
  }

  /** This value followed by another along an axis. */
  public Value concat(Value other, int axis) {
    return graph.add(
        Operator.CONCAT, Attributes.none().with("axis", (long) axis), List.of(this, other));
  }

  /** This value followed along an axis by {@code count} more places that all hold a number. */
  public Value append(int axis, int count, double number) {
    long[] widths = new long[2 * shape().rank()];
    widths[widths.length / 2 + axis] = count;
    Value pads = graph.constant(Tensor.vector(widths));
    List<Value> operands = List.of(this, pads, graph.constant(number));
    return graph.add(Operator.PAD, Attributes.none(), operands);
  }

  /** Equal parts along an axis. */
  public List<Value> split(int parts, int axis) {
    Attributes attributes =
        Attributes.none().with("axis", (long) axis).with("num_outputs", (long) parts);
    return graph.add(Operator.SPLIT, attributes, List.of(this), parts);
  }

  /** Mean over the given axes, which stay with size 1. */
  public Value mean(long... axes) {
    return apply(Operator.REDUCE_MEAN, graph.constant(Tensor.vector(axes)));
  }

  /** Euclidean norm over the given axes, which stay with size 1. */
  public Value norm(long... axes) {
    return apply(Operator.REDUCE_L2, graph.constant(Tensor.vector(axes)));
  }

  /** Sum over all values, of rank 0. */
  public Value sum() {
    return graph.add(Operator.REDUCE_SUM, Attributes.none().with("keepdims", 0), List.of(this));
  }

  /** {@code this * weight^T + bias} for {@code [N, in]}, weight {@code [out, in]}. */
  public Value linear(Value weight, Value bias) {
    return graph.add(
        Operator.GEMM, Attributes.none().with("transB", 1), List.of(this, weight, bias));
  }

  /** {@code this * weight^T} for {@code [N, in]}, weight {@code [out, in]}. */
  public Value linear(Value weight) {
    return graph.add(Operator.GEMM, Attributes.none().with("transB", 1), List.of(this, weight));
  }

  /** Convolution of stride 1 that keeps height and width; weight {@code [out, in, k, k]}. */
  public Value conv(Value weight, Value bias) {
    return conv(weight, bias, weight.known(2) / 2);
  }

  /** Convolution of stride 1 with {@code pad} zeros around; weight {@code [out, in, k, k]}. */
  public Value conv(Value weight, Value bias, int pad) {
    return graph.add(Operator.CONV, window(pad, 1), List.of(this, weight, bias));
  }

  /** The same convolution without a bias. */
  public Value conv(Value weight) {
    return graph.add(Operator.CONV, window(weight.known(2) / 2, 1), List.of(this, weight));
  }

  /** Depthwise convolution; weight {@code [C, 1, k, k]}. */
  public Value depthwise(Value weight, int pad, int stride) {
    Attributes attributes = window(pad, stride).with("group", (long) channels());
    return graph.add(Operator.CONV, attributes, List.of(this, weight));
  }

  /** Depthwise transposed convolution; weight {@code [C, 1, k, k]}. */
  public Value depthwiseTransposed(Value weight, int pad, int stride) {
    Attributes attributes = window(pad, stride).with("group", (long) channels());
    return graph.add(Operator.CONV_TRANSPOSE, attributes, List.of(this, weight));
  }

  private static Attributes window(long pad, long stride) {
    return Attributes.none()
        .with("pads", new long[] {pad, pad, pad, pad})
        .with("strides", new long[] {stride, stride});
  }

  /** Mean of each 2x2 block: {@code [N, C, H, W]} to {@code [N, C, H/2, W/2]}. */
  public Value averagePool2x2() {
    Attributes attributes =
        Attributes.none()
            .with("kernel_shape", new long[] {2, 2})
            .with("strides", new long[] {2, 2});
    return graph.add(Operator.AVERAGE_POOL, attributes, List.of(this));
  }

  /** Largest of each 2x2 block: {@code [N, C, H, W]} to {@code [N, C, H/2, W/2]}. */
  public Value maxPool2x2() {
    Attributes attributes =
        Attributes.none()
            .with("kernel_shape", new long[] {2, 2})
            .with("strides", new long[] {2, 2});
    return graph.add(Operator.MAX_POOL, attributes, List.of(this));
  }

  /** Each pixel four times: {@code [N, C, H, W]} to {@code [N, C, 2H, 2W]}. */
  public Value upsampleNearest2x() {
    Attributes attributes =
        Attributes.none()
            .with("mode", "nearest")
            .with("coordinate_transformation_mode", "asymmetric")
            .with("nearest_mode", "floor");
    Value scales = graph.constant(Tensor.floats(new int[] {4}, 1, 1, 2, 2));
    return graph.add(Operator.RESIZE, attributes, Arrays.asList(this, null, scales));
  }

  /** Normalises groups of channels to mean 0 and variance 1, then scales and shifts channels. */
  public Value groupNorm(int groups, double epsilon, Value scale, Value bias) {
    Attributes attributes =
        Attributes.none().with("groups", (long) groups).with("epsilon", epsilon);
    return graph.add(Operator.GROUP_NORM, attributes, List.of(this, scale, bias));
  }

  /** Exponentials along an axis, divided by their sum. */
  public Value softmax(int axis) {
    return graph.add(Operator.SOFTMAX, Attributes.none().with("axis", (long) axis), List.of(this));
  }

  /** {@code log softmax} over an axis. */
  public Value logSoftmax(int axis) {
    return graph.add(
        Operator.LOG_SOFTMAX, Attributes.none().with("axis", (long) axis), List.of(this));
  }

  /**
   * {@code softmax(q k^T / sqrt(d)) v} with this value as q.
   *
   * @param k keys, {@code [B, heads, S, d]}; q is {@code [B, heads, L, d]}
   * @param v values, {@code [B, heads, S, e]}
   */
  public Value attend(Value k, Value v) {
    return graph.add(Operator.ATTENTION, Attributes.none(), List.of(this, k, v));
  }

  private Value apply(Operator operator, Value... others) {
    Value[] operands = new Value[others.length + 1];
    operands[0] = this;
    System.arraycopy(others, 0, operands, 1, others.length);
    return graph.add(operator, Attributes.none(), List.of(operands));
  }
}
