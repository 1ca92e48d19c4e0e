package retort.graph;

import java.util.Arrays;

/** NumPy's rule for combining shapes, and the walk over operands that it implies. */
final class Broadcast {
  private Broadcast() {}

  /** The shape that all operands of the site in {@code [from, to)} broadcast to. */
  static int[] shape(Site site, int from, int to) {
    int[] result = new int[0];
    for (int i = from; i < to; i++) {
      result = shape(site, result, site.shape(i));
    }
    return result;
  }

  static int[] shape(Site site, int[] a, int[] b) {
    int rank = Math.max(a.length, b.length);
    int[] result = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      int i = axis - (rank - a.length);
      int j = axis - (rank - b.length);
      int left = i < 0 ? 1 : a[i];
      int right = j < 0 ? 1 : b[j];
      if (left != right && left != 1 && right != 1) {
        throw site.fail(
            "shapes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " do not broadcast");
      }
      result[axis] = left == 1 ? right : left;
    }
    return result;
  }

  /** Checks that operand {@code i} broadcasts to {@code target} without changing it. */
  static void require(Site site, int i, int... target) {
    if (!Arrays.equals(shape(site, site.shape(i), target), target)) {
      throw site.fail(
          "operand "
              + i
              + " of shape "
              + Arrays.toString(site.shape(i))
              + " does not broadcast to "
              + Arrays.toString(target));
    }
  }

  /** For each element of {@code target}, the offset of the operand's element that it reads. */
  static int[] offsets(int[] operand, int[] target) {
    int[] strides = new int[target.length];
    int stride = 1;
    for (int axis = operand.length - 1; axis >= 0; axis--) {
      strides[axis + target.length - operand.length] = operand[axis] == 1 ? 0 : stride;
      stride *= operand[axis];
    }
    return Walk.offsets(0, strides, target);
  }
}
