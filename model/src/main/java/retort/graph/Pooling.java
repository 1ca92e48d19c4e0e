package retort.graph;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Means and maxima over sliding windows or over all spatial axes. */
final class Pooling {
  private Pooling() {}

  static Rule average() {
    return new SingleResult(Pooling::type, Pooling::evaluateAverage, Pooling::averageScript);
  }

  static Rule maximum() {
    return new SingleResult(Pooling::type, Pooling::evaluateMaximum, Pooling::maximumScript);
  }

  /** Over all spatial axes at once, which stay with length 1. */
  static Rule global(ToDoubleFunction<double[]> ofPositions, String function) {
    return new SingleResult(
        site -> {
          SingleResult.likeReal(site);
          int[] shape = site.shape(0);
          Arrays.fill(shape, shape.length - Window.spatial(site, 0).length, shape.length, 1);
          return TensorType.of(site.type(0), shape);
        },
        (site, type) -> {
          int positions = Tensor.elements(Window.spatial(site, 0));
          double[] x = site.value(0).reals();
          double[] result = new double[site.shape(0)[0] * site.shape(0)[1]];
          Arrays.setAll(
              result,
              i ->
                  ofPositions.applyAsDouble(
                      Arrays.copyOfRange(x, i * positions, (i + 1) * positions)));
          return Tensor.reals(type.type(), type.shape().at(0), result);
        },
        s ->
            TorchText.call(
                function,
                s.in(0),
                TorchText.ints(IntStream.range(2, s.site().rank(0)).toArray()),
                "True"));
  }

  private static Window window(Site site) {
    int rank = Window.spatial(site, 0).length;
    if (!site.attributes().has("kernel_shape")) {
      throw site.fail("kernel_shape is missing");
    }
    return Window.of(site, Window.perAxis(site, "kernel_shape", rank, 1));
  }

  private static TensorType type(Site site) {
    SingleResult.likeReal(site);
    int[] positions = window(site).positions();
    int[] shape = site.shape(0);
    System.arraycopy(positions, 0, shape, 2, positions.length);
    return TensorType.of(site.type(0), shape);
  }

  private static Tensor evaluateMaximum(Site site, TensorType type) {
    int[] input = Window.spatial(site, 0);
    int[][] taps = window(site).taps(input);
    int inputSize = Tensor.elements(input);
    double[] x = site.value(0).reals();
    double[] result = new double[Tensor.elements(type.shape().at(0))];
    for (int i = 0; i < result.length; i++) {
      double maximum = Double.NEGATIVE_INFINITY;
      for (int offset : taps[i % taps.length]) {
        if (offset >= 0) {
          maximum = Math.max(maximum, x[i / taps.length * inputSize + offset]);
        }
      }
      result[i] = maximum;
    }
    return Tensor.reals(type.type(), type.shape().at(0), result);
  }

  private static Tensor evaluateAverage(Site site, TensorType type) {
    int[] input = Window.spatial(site, 0);
    Window window = window(site);
    int[][] taps = window.taps(input);
    int[][] counted = taps;
    if (countsBorder(site)) {
      int[] bordered = input.clone();
      Arrays.setAll(bordered, axis -> window.begins()[axis] + input[axis] + window.ends()[axis]);
      counted = window.unpadded().taps(bordered);
    }
    int inputSize = Tensor.elements(input);
    double[] x = site.value(0).reals();
    double[] result = new double[Tensor.elements(type.shape().at(0))];
    for (int i = 0; i < result.length; i++) {
      double sum = 0;
      for (int offset : taps[i % taps.length]) {
        sum += offset >= 0 ? x[i / taps.length * inputSize + offset] : 0;
      }
      result[i] = sum / Arrays.stream(counted[i % taps.length]).filter(at -> at >= 0).count();
    }
    return Tensor.reals(type.type(), type.shape().at(0), result);
  }

  private static boolean countsBorder(Site site) {
    return site.attributes().integer("count_include_pad", 0) != 0;
  }

  private static String maximumScript(ScriptSite s) {
    Window window = window(s.site());
    String x = s.in(0);
    if (!fitsTorch(window)) {
      int[] behind = window.overhang(Window.spatial(s.site(), 0));
      x = TorchText.padded(x, window.begins(), behind, Double.NEGATIVE_INFINITY);
      window = window.unpadded();
    }
    return TorchText.call(
        "max_pool" + window.kernel().length + "d",
        x,
        TorchText.ints(window.kernel()),
        TorchText.ints(window.strides()),
        TorchText.ints(window.begins()),
        TorchText.ints(window.dilations()),
        TorchText.bool(isCeil(s)));
  }

  private static String averageScript(ScriptSite s) {
    Window window = window(s.site());
    if (fitsTorch(window) && Arrays.stream(window.dilations()).allMatch(step -> step == 1)) {
      return TorchText.call(
          "avg_pool" + window.kernel().length + "d",
          s.in(0),
          TorchText.ints(window.kernel()),
          TorchText.ints(window.strides()),
          TorchText.ints(window.begins()),
          TorchText.bool(isCeil(s)),
          TorchText.bool(countsBorder(s.site())));
    }
    return TorchText.call("div", windowSums(s, window, false), windowSums(s, window, true));
  }

  /** Sums over windows as a depthwise convolution: of the operand, or of ones where it counts. */
  private static String windowSums(ScriptSite s, Window window, boolean ofCounts) {
    int[] behind = window.overhang(Window.spatial(s.site(), 0));
    String x = ofCounts ? TorchText.call("ones_like", s.in(0)) : s.in(0);
    if (ofCounts && countsBorder(s.site())) {
      x = TorchText.padded(x, window.begins(), window.ends(), 1);
      int[] rest = behind.clone();
      Arrays.setAll(rest, axis -> behind[axis] - window.ends()[axis]);
      x = TorchText.padded(x, new int[rest.length], rest, 0);
    } else {
      x = TorchText.padded(x, window.begins(), behind, 0);
    }
    int rank = behind.length;
    int channels = TorchText.known(s, 0, 1);
    int[] weight = new int[rank + 2];
    weight[0] = channels;
    weight[1] = 1;
    System.arraycopy(window.kernel(), 0, weight, 2, rank);
    String ones =
        TorchText.call("ones", TorchText.ints(weight), TorchText.placed(s.site().type(0)));
    String strides = TorchText.ints(window.strides());
    String none = TorchText.ints(new int[rank]);
    String dilations = TorchText.ints(window.dilations());
    return TorchText.call("conv" + rank + "d", x, ones, "None", strides, none, dilations, channels);
  }

  /** Whether torch's pools accept the border: even on both sides, at most half the kernel. */
  private static boolean fitsTorch(Window window) {
    return window.isSymmetric()
        && IntStream.range(0, window.kernel().length)
            .allMatch(axis -> window.begins()[axis] <= window.kernel()[axis] / 2);
  }

  private static boolean isCeil(ScriptSite s) {
    return s.attributes().integer("ceil_mode", 0) != 0
        && s.attributes().text("auto_pad", "NOTSET").equals("NOTSET");
  }
}
