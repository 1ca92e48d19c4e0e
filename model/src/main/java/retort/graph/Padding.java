package retort.graph;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;

/** Borders around a tensor; a negative width crops. */
final class Padding {
  private static final Set<String> MODES = Set.of("constant", "edge", "reflect", "wrap");

  private Padding() {}

  static Rule rule() {
    return new SingleResult(
        site -> {
          int[] shape = shape(site);
          if (site.has(2) && site.type(2) != site.type(0)) {
            throw site.fail("the border is " + site.type(2) + " but the operand " + site.type(0));
          }
          return TensorType.of(site.type(0), shape);
        },
        (site, type) -> {
          double fill = site.has(2) ? site.value(2).reals()[0] : 0;
          return Walk.grid(site.value(0), indices(site), fill);
        },
        Padding::script);
  }

  /** For each axis the widths before and behind it. */
  private static int[][] widths(Site site) {
    int rank = site.rank(0);
    long[] pads = site.integers(1);
    int[] axes = IntStream.range(0, rank).toArray();
    if (site.has(3)) {
      axes = Arrays.stream(site.integers(3)).mapToInt(axis -> site.axis(axis, rank)).toArray();
    }
    if (pads.length != 2 * axes.length) {
      throw site.fail("pads has " + pads.length + " numbers but needs " + 2 * axes.length);
    }
    int[][] widths = new int[2][rank];
    for (int i = 0; i < axes.length; i++) {
      widths[0][axes[i]] = Math.toIntExact(pads[i]);
      widths[1][axes[i]] = Math.toIntExact(pads[i + axes.length]);
    }
    return widths;
  }

  private static String mode(Site site) {
    return site.attributes().text("mode", "constant");
  }

  private static int[] shape(Site site) {
    int[][] widths = widths(site);
    int[] shape = site.shape(0);
    Arrays.setAll(
        shape,
        axis -> {
          requireLeft(site, shape[axis], widths[0][axis], widths[1][axis]);
          return Math.toIntExact((long) shape[axis] + widths[0][axis] + widths[1][axis]);
        });
    if (!MODES.contains(mode(site))) {
      throw site.fail(
          "mode "
              + mode(site)
              + " is not supported; supported are constant, reflect, edge and wrap");
    }
    return shape;
  }

  private static void requireLeft(Site site, int dim, int before, int behind) {
    if ((long) dim + Math.min(0, before) + Math.min(0, behind) < 0) {
      throw site.fail("crops more than the " + dim + " elements of an axis");
    }
  }

  /** For each axis the indices that are read; -1 for the constant. */
  private static int[][] indices(Site site) {
    int[][] widths = widths(site);
    int[][] indices = new int[site.rank(0)][];
    for (int axis = 0; axis < indices.length; axis++) {
      indices[axis] = indices(site, site.shape(0)[axis], widths[0][axis], widths[1][axis]);
    }
    return indices;
  }

  private static int[] indices(Site site, int dim, int before, int behind) {
    int first = Math.max(0, -before);
    int length = dim - first - Math.max(0, -behind);
    IntStream places = IntStream.range(-before - first, dim + behind - first);
    IntStream kept =
        switch (mode(site)) {
          case "constant" -> places.map(i -> i < 0 || i >= length ? -1 - first : i);
          case "edge" -> places.map(i -> Math.max(0, Math.min(length - 1, i)));
          case "reflect" -> places.map(i -> reflected(i, length));
          default -> places.map(i -> Math.floorMod(i, length));
        };
    return kept.map(i -> first + i).toArray();
  }

  /** The index that a mirror at both ends shows, the ends themselves not doubled. */
  private static int reflected(int i, int dim) {
    if (dim == 1) {
      return 0;
    }
    int at = Math.floorMod(i, 2 * (dim - 1));
    return at < dim ? at : 2 * (dim - 1) - at;
  }

  private static String script(ScriptSite s) {
    int[][] widths = widths(s.site());
    int first = 0;
    while (first < widths[0].length && widths[0][first] == 0 && widths[1][first] == 0) {
      first++;
    }
    int rank = widths[0].length;
    int[] before = Arrays.copyOfRange(widths[0], first, rank);
    int[] behind = Arrays.copyOfRange(widths[1], first, rank);
    if (before.length == 0) {
      return s.in(0);
    }
    if (mode(s.site()).equals("constant")) {
      double value = s.has(2) ? s.site().value(2).reals()[0] : 0;
      return TorchText.padded(s.in(0), before, behind, value);
    }
    String text = s.in(0);
    for (int axis = first; axis < rank; axis++) {
      if (widths[0][axis] != 0 || widths[1][axis] != 0) {
        int dim = TorchText.known(s, 0, axis);
        int[] read = indices(s.site(), dim, widths[0][axis], widths[1][axis]);
        text = TorchText.call("index_select", text, axis, TorchText.vector(read));
      }
    }
    return text;
  }
}
