package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** Resize: interpolation along every axis whose length changes. */
final class Resampling {
  private static final List<String> COORDINATES =
      List.of(
          "half_pixel",
          "pytorch_half_pixel",
          "align_corners",
          "asymmetric",
          "tf_half_pixel_for_nn");

  private Resampling() {}

  /**
   * What one axis of the result reads.
   *
   * @param size its length
   * @param scale how much longer it is than the operand's
   * @param source the coordinate in the operand for each place in the result
   */
  private record Axis(int size, double scale, DoubleUnaryOperator source) {}

  static Rule rule() {
    return new SingleResult(
        site -> {
          requireSupported(site);
          int[] shape = site.shape(0);
          Arrays.setAll(shape, axis -> axis(site, axis).size());
          return TensorType.of(site.type(0), shape);
        },
        (site, type) -> {
          Tensor result = site.value(0);
          for (int axis = 0; axis < result.rank(); axis++) {
            if (changes(site, axis)) {
              result = along(site, axis, result);
            }
          }
          return result;
        },
        Resampling::script);
  }

  private static void requireSupported(Site site) {
    String mode = mode(site);
    if (!mode.equals("nearest") && !mode.equals("linear")) {
      throw site.fail("mode " + mode + " is not supported; nearest and linear are");
    }
    if (mode.equals("linear") && !site.type(0).isFloating()) {
      throw site.fail("mode linear needs real numbers, not " + site.type(0));
    }
    if (!COORDINATES.contains(coordinates(site))) {
      throw site.fail(
          "coordinate_transformation_mode "
              + coordinates(site)
              + " is not supported; supported are "
              + String.join(", ", COORDINATES));
    }
    if (site.attributes().integer("antialias", 0) != 0) {
      throw site.fail("antialias is not supported");
    }
    if (!site.attributes().text("keep_aspect_ratio_policy", "stretch").equals("stretch")) {
      throw site.fail("only keep_aspect_ratio_policy=stretch is supported");
    }
  }

  private static String mode(Site site) {
    return site.attributes().text("mode", "nearest");
  }

  private static String coordinates(Site site) {
    return site.attributes().text("coordinate_transformation_mode", "half_pixel");
  }

  private static boolean hasScales(Site site) {
    return site.has(2) && Tensor.elements(site.shape(2)) > 0;
  }

  private static Axis axis(Site site, int axis) {
    int rank = site.rank(0);
    int dim = site.shape(0)[axis];
    int place = axis;
    if (site.attributes().has("axes")) {
      long[] axes = site.attributes().integers("axes");
      place =
          IntStream.range(0, axes.length)
              .filter(i -> site.axis(axes[i], rank) == axis)
              .findFirst()
              .orElse(-1);
    }
    double scale;
    int size;
    if (place < 0) {
      scale = 1;
      size = dim;
    } else if (hasScales(site)) {
      scale = site.value(2).reals()[place];
      size = (int) Math.floor(dim * scale);
    } else {
      size = Math.toIntExact(site.integers(3)[place]);
      scale = (double) size / dim;
    }
    return new Axis(size, scale, source(coordinates(site), dim, size, scale));
  }

  private static DoubleUnaryOperator source(String mode, int dim, int size, double scale) {
    return switch (mode) {
      case "asymmetric" -> x -> x / scale;
      case "align_corners" -> x -> size == 1 ? 0 : x * (dim - 1) / (size - 1);
      case "tf_half_pixel_for_nn" -> x -> (x + 0.5) / scale;
      case "pytorch_half_pixel" -> x -> size > 1 ? (x + 0.5) / scale - 0.5 : 0;
      default -> x -> (x + 0.5) / scale - 0.5;
    };
  }

  private static boolean changes(Site site, int axis) {
    Axis along = axis(site, axis);
    return along.size() != site.shape(0)[axis] || along.scale() != 1;
  }

  private static Tensor along(Site site, int axis, Tensor x) {
    if (mode(site).equals("nearest")) {
      int[][] indices = Walk.everything(x.shape());
      indices[axis] = nearest(site, axis);
      return Walk.grid(x, indices, 0);
    }
    double[][] weights = weights(site, axis);
    return Lanes.mapped(
        x,
        axis,
        lane -> {
          double[] result = new double[weights[0].length];
          for (int k = 0; k < lane.length; k++) {
            for (int i = 0; i < result.length; i++) {
              result[i] += lane[k] * weights[k][i];
            }
          }
          return result;
        });
  }

  /** The index that each place of the result reads. */
  private static int[] nearest(Site site, int axis) {
    Axis along = axis(site, axis);
    int dim = site.shape(0)[axis];
    String rounding = site.attributes().text("nearest_mode", "round_prefer_floor");
    DoubleUnaryOperator rounded =
        switch (rounding) {
          case "round_prefer_floor" -> x -> Math.ceil(x - 0.5);
          case "round_prefer_ceil" -> x -> Math.floor(x + 0.5);
          case "floor" -> Math::floor;
          case "ceil" -> Math::ceil;
          default -> throw site.fail("nearest_mode " + rounding + " is not supported");
        };
    return IntStream.range(0, along.size())
        .map(i -> (int) rounded.applyAsDouble(along.source().applyAsDouble(i)))
        .map(i -> Math.max(0, Math.min(dim - 1, i)))
        .toArray();
  }

  /** {@code weights[from][to]} of linear interpolation along an axis. */
  private static double[][] weights(Site site, int axis) {
    Axis along = axis(site, axis);
    int dim = site.shape(0)[axis];
    double[][] weights = new double[dim][along.size()];
    for (int i = 0; i < along.size(); i++) {
      double at = Math.max(0, Math.min(dim - 1, along.source().applyAsDouble(i)));
      int low = (int) Math.floor(at);
      weights[low][i] += 1 - (at - low);
      weights[Math.min(dim - 1, low + 1)][i] += at - low;
    }
    return weights;
  }

  private static String script(ScriptSite s) {
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < s.site().rank(0); axis++) {
      if (changes(s.site(), axis)) {
        axes.add(axis);
      }
    }
    boolean isImage =
        s.site().rank(0) == 4
            && s.site().type(0).isFloating()
            && axes.stream().allMatch(axis -> axis >= 2);
    boolean nearest = mode(s.site()).equals("nearest");
    if (isImage && nearest && axes.stream().allMatch(axis -> repeats(s, axis))) {
      return TorchText.call("upsample_nearest2d", s.in(0), size(s));
    }
    if (isImage && !nearest && isBilinear(s, axes)) {
      boolean corners = coordinates(s.site()).equals("align_corners");
      return TorchText.call(
          "upsample_bilinear2d",
          s.in(0),
          size(s),
          TorchText.bool(corners),
          scale(s, 2),
          scale(s, 3));
    }
    String text = s.in(0);
    for (int axis : axes) {
      text = nearest ? nearestScript(s, text, axis) : linearScript(s, text, axis);
    }
    return text;
  }

  private static String size(ScriptSite s) {
    return ScriptSite.list(s.outputShape(0).subList(2, 4));
  }

  /** The scale that torch should use where it cannot tell it from the sizes. */
  private static String scale(ScriptSite s, int axis) {
    return hasScales(s.site()) ? ScriptSite.number(axis(s.site(), axis).scale()) : "None";
  }

  /** Whether every element is repeated a power of two of times, where torch rounds nothing. */
  private static boolean repeats(ScriptSite s, int axis) {
    int dim = TorchText.known(s, 0, axis);
    int[] read = nearest(s.site(), axis);
    int factor = read.length / dim;
    return read.length == factor * dim
        && Integer.bitCount(factor) == 1
        && Arrays.equals(read, IntStream.range(0, read.length).map(i -> i / factor).toArray());
  }

  /** Whether torch interpolates alike; it leaves an axis alone that keeps its length. */
  private static boolean isBilinear(ScriptSite s, List<Integer> axes) {
    Site site = s.site();
    boolean resized =
        axes.stream().allMatch(axis -> axis(site, axis).size() != site.shape(0)[axis]);
    return resized
        && switch (coordinates(site)) {
          case "half_pixel", "align_corners" -> true;
          case "pytorch_half_pixel" -> axes.stream().allMatch(axis -> axis(site, axis).size() > 1);
          default -> false;
        };
  }

  private static String nearestScript(ScriptSite s, String x, int axis) {
    TorchText.known(s, 0, axis);
    return TorchText.call("index_select", x, axis, TorchText.vector(nearest(s.site(), axis)));
  }

  /** Linear interpolation as a product with a matrix of weights. */
  private static String linearScript(ScriptSite s, String x, int axis) {
    int dim = TorchText.known(s, 0, axis);
    double[][] weights = weights(s.site(), axis);
    double[] flat = Arrays.stream(weights).flatMapToDouble(Arrays::stream).toArray();
    int size = flat.length / dim;
    Tensor matrix = Tensor.reals(s.site().type(0), new int[] {dim, size}, flat);
    String text = TorchText.tensor(matrix, TorchText.ints(dim, size));
    String lanes = TorchText.call("transpose", x, axis, -1);
    return TorchText.call("transpose", TorchText.call("matmul", lanes, text), axis, -1);
  }
}
