package retort.graph;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Operators that read elements at indices which are data. */
final class Indexing {
  private Indexing() {}

  /** Whole slices along an axis; the axis is replaced by those of the indices. */
  static Rule gather() {
    return new SingleResult(
        site -> {
          int[] x = site.shape(0);
          int[] indices = site.shape(1);
          int axis = axis(site);
          int[] shape = new int[x.length - 1 + indices.length];
          System.arraycopy(x, 0, shape, 0, axis);
          System.arraycopy(indices, 0, shape, axis, indices.length);
          System.arraycopy(x, axis + 1, shape, axis + indices.length, x.length - 1 - axis);
          return TensorType.of(site.type(0), shape);
        },
        (site, type) -> {
          int[][] indices = Walk.everything(site.shape(0));
          indices[axis(site)] = fromFront(site);
          return Walk.grid(site.value(0), indices, 0).reshaped(type.shape().at(0));
        },
        Indexing::gatherScript);
  }

  private static int axis(Site site) {
    return site.axis(site.attributes().integer("axis", 0), site.rank(0));
  }

  /** The indices, those that count from the end made non-negative. */
  private static int[] fromFront(Site site) {
    int dim = site.shape(0)[axis(site)];
    return LongStream.of(site.integers(1))
        .mapToInt(
            index -> {
              if (index < -dim || index >= dim) {
                throw site.fail("index " + index + " is outside an axis of length " + dim);
              }
              return (int) (index < 0 ? index + dim : index);
            })
        .toArray();
  }

  private static String gatherScript(ScriptSite s) {
    int axis = axis(s.site());
    int rank = s.site().rank(1);
    if (rank == 0 && s.site().constant(1).isPresent()) {
      return TorchText.call("select", s.in(0), axis, s.integers(1).get(0));
    }
    String indices = fromFront(s, s.in(1));
    if (rank == 1) {
      return TorchText.call("index_select", s.in(0), axis, indices);
    }
    String flat = TorchText.call("reshape", indices, "[-1]");
    String slices = TorchText.call("index_select", s.in(0), axis, flat);
    return TorchText.call("reshape", slices, ScriptSite.list(s.outputShape(0)));
  }

  /** The text of indices, those that count from the end made non-negative. */
  private static String fromFront(ScriptSite s, String indices) {
    boolean counted =
        s.site()
            .constant(1)
            .map(value -> Arrays.stream(value.integers()).allMatch(index -> index >= 0))
            .orElse(false);
    if (counted) {
      return indices;
    }
    String dim = s.shape(0).get(axis(s.site()));
    return wrapped(indices, dim);
  }

  /** Integers of which the negative ones are raised by {@code dim}. */
  private static String wrapped(String indices, String dim) {
    return TorchText.call(
        "where", TorchText.call("lt", indices, 0), TorchText.call("add", indices, dim), indices);
  }

  /** Single elements: along one axis by index, along the others at the index's own place. */
  static Rule gatherElements() {
    return new SingleResult(
        site -> {
          int[] x = site.shape(0);
          int[] indices = site.shape(1);
          boolean fits = x.length == indices.length;
          for (int i = 0; fits && i < x.length; i++) {
            fits = i == axis(site) || indices[i] <= x[i];
          }
          if (!fits) {
            throw site.fail(
                "indices of shape "
                    + Arrays.toString(indices)
                    + " do not fit "
                    + Arrays.toString(x));
          }
          return TensorType.of(site.type(0), indices);
        },
        (site, type) -> {
          int[] shape = type.shape().at(0);
          int[] strides = Walk.strides(site.shape(0));
          int axis = axis(site);
          int stride = strides[axis];
          strides[axis] = 0;
          int[] offsets = Walk.offsets(0, strides, shape);
          int[] indices = fromFront(site);
          Arrays.setAll(offsets, i -> offsets[i] + indices[i] * stride);
          return Walk.pick(site.value(0), shape, offsets);
        },
        s -> {
          String indices = fromFront(s, s.in(1));
          if (s.site().type(1) != DataType.INT64) {
            indices = TorchText.call("to", indices, DataType.INT64.torchCode());
          }
          return TorchText.call("gather", s.in(0), axis(s.site()), indices);
        });
  }

  /** A new axis in which the place that the index names holds the on-value, the rest the off. */
  static Rule oneHot() {
    return new SingleResult(
        site -> {
          int[] indices = site.shape(0);
          int axis = newAxis(site);
          int[] shape = new int[indices.length + 1];
          System.arraycopy(indices, 0, shape, 0, axis);
          shape[axis] = depth(site);
          System.arraycopy(indices, axis, shape, axis + 1, indices.length - axis);
          if (!Arrays.equals(site.shape(2), new int[] {2})) {
            throw site.fail("needs two values: off and on");
          }
          return TensorType.of(site.type(2), shape);
        },
        (site, type) -> {
          int depth = depth(site);
          int inner = Walk.product(site.shape(0), newAxis(site), site.rank(0));
          long[] indices = site.value(0).integers();
          int[] chosen = new int[Tensor.elements(type.shape().at(0))];
          for (int i = 0; i < chosen.length; i++) {
            long index = indices[i / (inner * depth) * inner + i % inner];
            chosen[i] = (index < 0 ? index + depth : index) == i / inner % depth ? 1 : 0;
          }
          return Walk.pick(site.value(2), type.shape().at(0), chosen);
        },
        s -> {
          int axis = newAxis(s.site());
          int[] along = new int[s.site().rank(0) + 1];
          Arrays.fill(along, 1);
          along[axis] = -1;
          String depth = s.outputShape(0).get(axis);
          String indices = TorchText.call("to", s.in(0), DataType.INT64.torchCode());
          String places =
              TorchText.call(
                  "reshape",
                  TorchText.call("arange", depth, TorchText.placed(DataType.INT64)),
                  TorchText.ints(along));
          String raised = TorchText.call("unsqueeze", wrapped(indices, depth), axis);
          return TorchText.call(
              "where",
              TorchText.call("eq", raised, places),
              TorchText.call("select", s.in(2), 0, 1),
              TorchText.call("select", s.in(2), 0, 0));
        });
  }

  private static int newAxis(Site site) {
    return site.axis(site.attributes().integer("axis", -1), site.rank(0) + 1);
  }

  private static int depth(Site site) {
    return Math.toIntExact(site.integers(1)[0]);
  }

  /** Repeats the operand along axes of length 1, or in front. */
  static Rule expand() {
    return new SingleResult(
        site -> {
          int[] wanted = Arrays.stream(site.integers(1)).mapToInt(Math::toIntExact).toArray();
          return TensorType.of(site.type(0), Broadcast.shape(site, site.shape(0), wanted));
        },
        (site, type) -> {
          int[] shape = type.shape().at(0);
          return Walk.pick(site.value(0), shape, Broadcast.offsets(site.shape(0), shape));
        },
        s -> TorchText.call("expand", s.in(0), ScriptSite.list(s.outputShape(0))));
  }

  /** Whole copies, so many along each axis. */
  static Rule tile() {
    return new SingleResult(
        site -> {
          long[] repeats = site.integers(1);
          int[] shape = site.shape(0);
          if (repeats.length != shape.length) {
            throw site.fail("needs one number of repeats for each of " + shape.length + " axes");
          }
          Arrays.setAll(
              shape, axis -> Math.toIntExact(Math.multiplyExact(shape[axis], repeats[axis])));
          return TensorType.of(site.type(0), shape);
        },
        (site, type) -> {
          int[] shape = type.shape().at(0);
          int[][] indices = new int[shape.length][];
          Arrays.setAll(
              indices,
              axis -> {
                int dim = site.shape(0)[axis];
                return IntStream.range(0, shape[axis]).map(i -> i % dim).toArray();
              });
          return Walk.grid(site.value(0), indices, 0);
        },
        s -> TorchText.call("repeat", s.in(0), ScriptSite.list(s.integers(1))));
  }
}
