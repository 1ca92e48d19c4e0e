package retort.graph;

import java.util.stream.IntStream;

/** Offsets of elements in row-major arrays, and tensors gathered by such offsets. */
final class Walk {
  private Walk() {}

  /** Row-major strides of a shape. */
  static int[] strides(int... shape) {
    int[] strides = new int[shape.length];
    int stride = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return strides;
  }

  /** The offset of every element of a strided view, in the view's row-major order. */
  static int[] offsets(int start, int[] strides, int[] shape) {
    int[] offsets = new int[Tensor.elements(shape)];
    int[] index = new int[shape.length];
    int offset = start;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = offset;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        offset += strides[axis];
        if (++index[axis] < shape[axis]) {
          break;
        }
        offset -= strides[axis] * shape[axis];
        index[axis] = 0;
      }
    }
    return offsets;
  }

  /**
   * The elements at every combination of one index per axis.
   *
   * @param indices for each axis the indices to read, in order; -1 reads {@code fill}
   * @param fill what stands outside the tensor
   */
  static Tensor grid(Tensor x, int[][] indices, double fill) {
    int[] strides = strides(x.shape());
    int[] shape = new int[indices.length];
    int[] offsets = {0};
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = indices[axis].length;
      int[] finer = new int[offsets.length * shape[axis]];
      for (int i = 0; i < finer.length; i++) {
        int offset = offsets[i / shape[axis]];
        int index = indices[axis][i % shape[axis]];
        finer[i] = offset < 0 || index < 0 ? -1 : offset + index * strides[axis];
      }
      offsets = finer;
    }
    return pick(x, shape, offsets, fill);
  }

  /** For each axis the indices from 0 up, as {@link #grid} takes them. */
  static int[][] everything(int... shape) {
    int[][] indices = new int[shape.length][];
    for (int axis = 0; axis < shape.length; axis++) {
      indices[axis] = IntStream.range(0, shape[axis]).toArray();
    }
    return indices;
  }

  /** The elements at {@code offsets}, as a tensor of {@code shape}. */
  static Tensor pick(Tensor x, int[] shape, int... offsets) {
    return pick(x, shape, offsets, 0);
  }

  private static Tensor pick(Tensor x, int[] shape, int[] offsets, double fill) {
    if (x.type().isFloating()) {
      double[] from = x.reals();
      double[] to = new double[offsets.length];
      for (int i = 0; i < to.length; i++) {
        to[i] = offsets[i] < 0 ? fill : from[offsets[i]];
      }
      return Tensor.reals(x.type(), shape, to);
    }
    long[] from = x.integers();
    long[] to = new long[offsets.length];
    for (int i = 0; i < to.length; i++) {
      to[i] = offsets[i] < 0 ? (long) fill : from[offsets[i]];
    }
    return Tensor.integers(x.type(), shape, to);
  }

  /** The tensor with its axes in another order: axis {@code i} was {@code order[i]}. */
  static Tensor permuted(Tensor x, int... order) {
    int[] strides = strides(x.shape());
    int[] shape = new int[order.length];
    int[] permuted = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      shape[i] = x.dim(order[i]);
      permuted[i] = strides[order[i]];
    }
    return pick(x, shape, offsets(0, permuted, shape));
  }

  /** How many elements the axes in {@code [from, to)} hold. */
  static int product(int[] shape, int from, int to) {
    int product = 1;
    for (int axis = from; axis < to; axis++) {
      product *= shape[axis];
    }
    return product;
  }
}
