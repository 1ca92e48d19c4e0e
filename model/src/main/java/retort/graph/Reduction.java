package retort.graph;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Operators that reduce some axes to one number each. */
final class Reduction {
  /** Stands for the axes and the keepdim flag in a text. */
  private static final String AXES = "{axes}";

  private Reduction() {}

  static Rule sum() {
    return of(
        row -> DoubleStream.of(row).sum(),
        row -> LongStream.of(row).sum(),
        "torch.sum({0}, {axes}{dtype})",
        "{0}");
  }

  static Rule mean() {
    return ofReals(
        row -> DoubleStream.of(row).sum() / row.length, "torch.mean({0}, {axes})", "{0}");
  }

  static Rule maximum() {
    return of(
        row -> DoubleStream.of(row).reduce(Double.NEGATIVE_INFINITY, Math::max),
        row -> LongStream.of(row).reduce(Long.MIN_VALUE, Math::max),
        "torch.amax({0}, {axes})",
        "{0}");
  }

  static Rule minimum() {
    return of(
        row -> DoubleStream.of(row).reduce(Double.POSITIVE_INFINITY, Math::min),
        row -> LongStream.of(row).reduce(Long.MAX_VALUE, Math::min),
        "torch.amin({0}, {axes})",
        "{0}");
  }

  /** The sum of absolute values. */
  static Rule l1() {
    return of(
        row -> DoubleStream.of(row).map(Math::abs).sum(),
        row -> LongStream.of(row).map(Math::abs).sum(),
        "torch.sum(torch.abs({0}), {axes}{dtype})",
        "torch.abs({0})");
  }

  /** The root of the sum of squares. */
  static Rule l2() {
    return ofReals(
        row -> Math.sqrt(DoubleStream.of(row).map(x -> x * x).sum()),
        "torch.linalg_vector_norm({0}, 2., {axes})",
        "torch.abs({0})");
  }

  static Rule sumOfSquares() {
    return of(
        row -> DoubleStream.of(row).map(x -> x * x).sum(),
        row -> LongStream.of(row).map(x -> x * x).sum(),
        "torch.sum(torch.square({0}), {axes}{dtype})",
        "torch.square({0})");
  }

  static Rule logSumExp() {
    return ofReals(Softmax::logSumExp, "torch.logsumexp({0}, {axes})", "{0}");
  }

  /** The product, for which torch takes one axis at a time. */
  static Rule product() {
    ToDoubleFunction<double[]> onReals = row -> DoubleStream.of(row).reduce(1, (a, b) -> a * b);
    ToLongFunction<long[]> onIntegers = row -> LongStream.of(row).reduce(1, (a, b) -> a * b);
    return new SingleResult(
        site -> TensorType.of(site.type(0), shape(site)),
        (site, type) -> evaluate(site, type, onReals, onIntegers),
        s -> {
          String text = s.in(0);
          int[] axes = axes(s.site());
          for (int i = axes.length - 1; i >= 0; i--) {
            String keep = TorchText.bool(keeps(s.site()));
            text = TorchText.call("prod", text, axes[i], keep + dtype(s));
          }
          return text;
        });
  }

  private static Rule ofReals(ToDoubleFunction<double[]> function, String script, String noAxes) {
    return new SingleResult(
        site -> TensorType.of(SingleResult.likeReal(site).type(), shape(site)),
        (site, type) -> evaluate(site, type, function, row -> 0),
        s -> text(s, script, noAxes));
  }

  /**
   * A reduction.
   *
   * @param script its text
   * @param noAxes its text where no axis is reduced
   */
  private static Rule of(
      ToDoubleFunction<double[]> onReals,
      ToLongFunction<long[]> onIntegers,
      String script,
      String noAxes) {
    return new SingleResult(
        site -> TensorType.of(site.type(0), shape(site)),
        (site, type) -> evaluate(site, type, onReals, onIntegers),
        s -> text(s, script, noAxes));
  }

  private static String text(ScriptSite s, String script, String noAxes) {
    int[] axes = axes(s.site());
    String arguments = TorchText.ints(axes) + ", " + TorchText.bool(keeps(s.site()));
    return (axes.length == 0 ? noAxes : script)
        .replace("{0}", s.in(0))
        .replace(AXES, arguments)
        .replace("{dtype}", dtype(s));
  }

  /** Keeps torch from widening integers. */
  private static String dtype(ScriptSite s) {
    DataType type = s.site().type(0);
    return type.isFloating() ? "" : ", dtype=" + type.torchCode();
  }

  private static boolean keeps(Site site) {
    return site.attributes().integer("keepdims", 1) != 0;
  }

  /** The reduced axes in order: those of the second operand, by default all or none. */
  private static int[] axes(Site site) {
    int rank = site.rank(0);
    long[] axes = site.has(1) ? site.integers(1) : new long[0];
    if (axes.length == 0) {
      boolean none = site.attributes().integer("noop_with_empty_axes", 0) != 0;
      return none ? new int[0] : IntStream.range(0, rank).toArray();
    }
    return LongStream.of(axes)
        .mapToInt(axis -> site.axis(axis, rank))
        .distinct()
        .sorted()
        .toArray();
  }

  private static int[] shape(Site site) {
    int[] shape = site.shape(0);
    int[] axes = axes(site);
    for (int axis : axes) {
      shape[axis] = 1;
    }
    return keeps(site) ? shape : remaining(shape, axes);
  }

  /** The dimensions of the axes that are not reduced. */
  private static int[] remaining(int[] shape, int... axes) {
    return IntStream.range(0, shape.length)
        .filter(axis -> Arrays.binarySearch(axes, axis) < 0)
        .map(axis -> shape[axis])
        .toArray();
  }

  private static Tensor evaluate(
      Site site,
      TensorType type,
      ToDoubleFunction<double[]> onReals,
      ToLongFunction<long[]> onIntegers) {
    int[] axes = axes(site);
    int[] kept =
        IntStream.range(0, site.rank(0))
            .filter(axis -> Arrays.binarySearch(axes, axis) < 0)
            .toArray();
    Tensor x =
        Walk.permuted(
            site.value(0), IntStream.concat(Arrays.stream(kept), Arrays.stream(axes)).toArray());
    int[] shape = type.shape().at(0);
    int length = Walk.product(x.shape(), kept.length, x.rank());
    int count = Tensor.elements(shape);
    if (x.type().isFloating()) {
      double[] from = x.reals();
      double[] to = new double[count];
      Arrays.setAll(
          to, i -> onReals.applyAsDouble(Arrays.copyOfRange(from, i * length, (i + 1) * length)));
      return Tensor.reals(x.type(), shape, to);
    }
    long[] from = x.integers();
    long[] to = new long[count];
    Arrays.setAll(
        to,
        i ->
            Casting.wrapped(
                x.type(),
                onIntegers.applyAsLong(Arrays.copyOfRange(from, i * length, (i + 1) * length))));
    return Tensor.integers(x.type(), shape, to);
  }
}
