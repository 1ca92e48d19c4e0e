package retort.graph;

import java.util.Arrays;

/** Operators that run along one axis: running sums and the places of extremes. */
final class Scanning {
  private Scanning() {}

  /** The index of the largest element, or of the smallest. */
  static Rule extreme(boolean largest) {
    return new SingleResult(
        site -> {
          int[] shape = site.shape(0);
          int axis = axis(site);
          if (keeps(site)) {
            shape[axis] = 1;
            return TensorType.of(DataType.INT64, shape);
          }
          int[] rest = new int[shape.length - 1];
          System.arraycopy(shape, 0, rest, 0, axis);
          System.arraycopy(shape, axis + 1, rest, axis, rest.length - axis);
          return TensorType.of(DataType.INT64, rest);
        },
        (site, type) -> {
          double[] x = site.value(0).reals();
          int[][] lanes = Lanes.offsets(axis(site), site.shape(0));
          boolean last = takesLast(site);
          long[] places = new long[lanes.length];
          Arrays.setAll(
              places,
              i -> {
                int best = 0;
                for (int k = 1; k < lanes[i].length; k++) {
                  int order = Double.compare(x[lanes[i][k]] + 0.0, x[lanes[i][best]] + 0.0);
                  boolean better = largest ? order > 0 : order < 0;
                  best = better || (last && order == 0) ? k : best;
                }
                return best;
              });
          return Tensor.integers(DataType.INT64, type.shape().at(0), places);
        },
        s -> {
          int axis = axis(s.site());
          String function = largest ? "argmax" : "argmin";
          String keep = TorchText.bool(keeps(s.site()));
          if (!takesLast(s.site())) {
            return TorchText.call(function, s.in(0), axis, keep);
          }
          String flipped = TorchText.call("flip", s.in(0), TorchText.ints(axis));
          String place = TorchText.call(function, flipped, axis, keep);
          return TorchText.call("rsub", place, s.shape(0).get(axis) + " - 1");
        });
  }

  private static int axis(Site site) {
    return site.axis(site.attributes().integer("axis", 0), site.rank(0));
  }

  private static boolean keeps(Site site) {
    return site.attributes().integer("keepdims", 1) != 0;
  }

  private static boolean takesLast(Site site) {
    return site.attributes().integer("select_last_index", 0) != 0;
  }

  /** The sum of all elements up to each, itself included unless {@code exclusive}. */
  static Rule runningSum() {
    return new SingleResult(
        SingleResult::like,
        (site, type) -> {
          Tensor x = site.value(0);
          int[][] lanes = Lanes.offsets(sumAxis(site), x.shape());
          boolean exclusive = flag(site, "exclusive");
          boolean reverse = flag(site, "reverse");
          double[] reals = x.type().isFloating() ? x.reals().clone() : new double[0];
          long[] integers = x.type().isFloating() ? new long[0] : x.integers().clone();
          for (int[] lane : lanes) {
            double realSum = 0;
            long integerSum = 0;
            for (int k = 0; k < lane.length; k++) {
              int at = lane[reverse ? lane.length - 1 - k : k];
              if (x.type().isFloating()) {
                double item = reals[at];
                reals[at] = exclusive ? realSum : realSum + item;
                realSum += item;
              } else {
                long item = integers[at];
                integers[at] = Casting.wrapped(x.type(), integerSum + (exclusive ? 0 : item));
                integerSum += item;
              }
            }
          }
          return x.type().isFloating()
              ? Tensor.reals(x.type(), x.shape(), reals)
              : Tensor.integers(x.type(), x.shape(), integers);
        },
        Scanning::runningSumScript);
  }

  private static int sumAxis(Site site) {
    return site.axis(site.integers(1)[0], site.rank(0));
  }

  private static boolean flag(Site site, String name) {
    return site.attributes().integer(name, 0) != 0;
  }

  private static String runningSumScript(ScriptSite s) {
    int axis = sumAxis(s.site());
    String axes = TorchText.ints(axis);
    DataType type = s.site().type(0);
    boolean reverse = flag(s.site(), "reverse");
    String x = reverse ? TorchText.call("flip", s.in(0), axes) : s.in(0);
    String sum =
        type.isFloating()
            ? TorchText.call("cumsum", x, axis)
            : TorchText.call("cumsum", x, axis, "dtype=" + type.torchCode());
    if (flag(s.site(), "exclusive")) {
      int[] before = new int[s.site().rank(0) - axis];
      int[] behind = new int[before.length];
      before[0] = 1;
      behind[0] = -1;
      sum = TorchText.padded(sum, before, behind, 0);
    }
    return reverse ? TorchText.call("flip", sum, axes) : sum;
  }
}
