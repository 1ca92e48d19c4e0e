package retort.graph;

import java.util.function.UnaryOperator;

/** Tensors taken apart into the runs of elements along one axis. */
final class Lanes {
  private Lanes() {}

  /** Each lane of real numbers replaced by another of any one length. */
  static Tensor mapped(Tensor x, int axis, UnaryOperator<double[]> function) {
    int[][] offsets = offsets(axis, x.shape());
    double[] from = x.reals();
    double[][] lanes = new double[offsets.length][];
    for (int i = 0; i < offsets.length; i++) {
      double[] lane = new double[offsets[i].length];
      for (int k = 0; k < lane.length; k++) {
        lane[k] = from[offsets[i][k]];
      }
      lanes[i] = function.apply(lane);
    }
    int[] shape = x.shape();
    shape[axis] = lanes.length == 0 ? shape[axis] : lanes[0].length;
    int[][] places = offsets(axis, shape);
    double[] to = new double[Tensor.elements(shape)];
    for (int i = 0; i < lanes.length; i++) {
      for (int k = 0; k < lanes[i].length; k++) {
        to[places[i][k]] = lanes[i][k];
      }
    }
    return Tensor.reals(x.type(), shape, to);
  }

  /** The offsets of each lane's elements, lanes in row-major order. */
  static int[][] offsets(int axis, int... shape) {
    int outer = Walk.product(shape, 0, axis);
    int inner = Walk.product(shape, axis + 1, shape.length);
    int[][] offsets = new int[outer * inner][shape[axis]];
    for (int i = 0; i < offsets.length; i++) {
      for (int k = 0; k < shape[axis]; k++) {
        offsets[i][k] = (i / inner * shape[axis] + k) * inner + i % inner;
      }
    }
    return offsets;
  }
}
