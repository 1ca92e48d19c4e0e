package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Operators that give the same elements another shape or order. */
final class Layout {
  private Layout() {}

  /** Same elements in the same order, under a shape that the site decides. */
  private static Rule reshaping(Function<Site, int[]> shape) {
    return new SingleResult(
        site -> {
          int[] result = shape.apply(site);
          if (Tensor.count(result) != Tensor.count(site.shape(0))) {
            throw site.fail(
                Arrays.toString(site.shape(0))
                    + " has another number of elements than "
                    + Arrays.toString(result));
          }
          return TensorType.of(site.type(0), result);
        },
        (site, type) -> site.value(0).reshaped(type.shape().at(0)),
        s -> TorchText.call("reshape", s.in(0), ScriptSite.list(s.outputShape(0))));
  }

  /** To the shape of the second operand, where 0 keeps a dimension and -1 takes what is left. */
  static Rule reshape() {
    return reshaping(Layout::requestedShape);
  }

  private static int[] requestedShape(Site site) {
    int[] input = site.shape(0);
    long[] wanted = site.integers(1);
    boolean allowZero = site.attributes().integer("allowzero", 0) != 0;
    int[] shape = new int[wanted.length];
    int open = -1;
    long known = 1;
    for (int axis = 0; axis < shape.length; axis++) {
      if (wanted[axis] == -1 && open < 0) {
        open = axis;
        continue;
      }
      if (wanted[axis] < 0 || (wanted[axis] == 0 && !allowZero && axis >= input.length)) {
        throw site.fail("cannot reshape to " + Arrays.toString(wanted));
      }
      boolean copied = wanted[axis] == 0 && !allowZero;
      shape[axis] = copied ? input[axis] : Math.toIntExact(wanted[axis]);
      known = Math.multiplyExact(known, shape[axis]);
    }
    if (open >= 0) {
      if (known == 0 || Tensor.count(input) % known != 0) {
        throw site.fail(
            "cannot reshape " + Arrays.toString(input) + " to " + Arrays.toString(wanted));
      }
      shape[open] = Math.toIntExact(Tensor.count(input) / known);
    }
    return shape;
  }

  /** To a matrix: the axes before {@code axis} become the rows. */
  static Rule flatten() {
    return reshaping(
        site -> {
          int rank = site.rank(0);
          long given = site.attributes().integer("axis", 1);
          int axis = given == rank ? rank : site.axis(given, rank);
          int[] shape = site.shape(0);
          return new int[] {Walk.product(shape, 0, axis), Walk.product(shape, axis, rank)};
        });
  }

  /** Without the axes of length 1 that the second operand lists, or without all of them. */
  static Rule squeeze() {
    return reshaping(
        site -> {
          int[] shape = site.shape(0);
          boolean[] dropped = new boolean[shape.length];
          if (site.has(1)) {
            for (long axis : site.integers(1)) {
              dropped[site.axis(axis, shape.length)] = true;
            }
          } else {
            for (int axis = 0; axis < shape.length; axis++) {
              dropped[axis] = shape[axis] == 1;
            }
          }
          return IntStream.range(0, shape.length)
              .filter(axis -> !dropped[axis])
              .map(axis -> shape[axis])
              .toArray();
        });
  }

  /** With new axes of length 1, at the places in the result that the second operand lists. */
  static Rule unsqueeze() {
    return reshaping(
        site -> {
          int[] shape = site.shape(0);
          int[] result = new int[shape.length + site.integers(1).length];
          for (long axis : site.integers(1)) {
            int place = site.axis(axis, result.length);
            if (result[place] == 1) {
              throw site.fail("axis " + axis + " is inserted twice");
            }
            result[place] = 1;
          }
          boolean[] inserted = new boolean[result.length];
          LongStream.of(site.integers(1))
              .forEach(axis -> inserted[site.axis(axis, result.length)] = true);
          int next = 0;
          for (int axis = 0; axis < result.length; axis++) {
            result[axis] = inserted[axis] ? 1 : shape[next++];
          }
          return result;
        });
  }

  /** With the axes in the order {@code perm}, by default reversed. */
  static Rule transpose() {
    return new SingleResult(
        site -> {
          int[] shape = site.shape(0);
          return TensorType.of(
              site.type(0), Arrays.stream(order(site)).map(axis -> shape[axis]).toArray());
        },
        (site, type) -> Walk.permuted(site.value(0), order(site)),
        s -> TorchText.call("permute", s.in(0), TorchText.ints(order(s.site()))));
  }

  private static int[] order(Site site) {
    int rank = site.rank(0);
    long[] perm =
        site.attributes()
            .integers("perm", IntStream.range(0, rank).mapToLong(i -> rank - 1 - i).toArray());
    int[] sorted = Arrays.stream(perm).mapToInt(Math::toIntExact).sorted().toArray();
    if (!Arrays.equals(sorted, IntStream.range(0, rank).toArray())) {
      throw site.fail("perm " + Arrays.toString(perm) + " is no order of " + rank + " axes");
    }
    return Arrays.stream(perm).mapToInt(Math::toIntExact).toArray();
  }

  /** Blocks of channels moved into space. */
  static Rule depthToSpace() {
    return new SingleResult(
        site -> {
          int[] x = site.shape(0);
          int block = block(site);
          if (x.length != 4 || x[1] % (block * block) != 0) {
            throw site.fail(
                "needs [N, C, H, W] with channels in blocks of " + block + " x " + block);
          }
          return TensorType.of(
              site.type(0), x[0], x[1] / (block * block), x[2] * block, x[3] * block);
        },
        (site, type) -> {
          int[] x = site.shape(0);
          int b = block(site);
          boolean outer = blocksFirst(site);
          int c = x[1] / (b * b);
          Tensor split =
              outer
                  ? site.value(0).reshaped(x[0], b, b, c, x[2], x[3])
                  : site.value(0).reshaped(x[0], c, b, b, x[2], x[3]);
          return Walk.permuted(split, spread(outer)).reshaped(type.shape().at(0));
        },
        s -> {
          String b = Integer.toString(block(s.site()));
          boolean outer = blocksFirst(s.site());
          String c = s.outputShape(0).get(1);
          List<String> x = s.shape(0);
          List<String> split = new ArrayList<>(outer ? List.of(b, b, c) : List.of(c, b, b));
          split.add(0, x.get(0));
          split.addAll(x.subList(2, 4));
          return regrouped(s, split, spread(outer));
        });
  }

  private static int[] spread(boolean blocksFirst) {
    return blocksFirst ? new int[] {0, 3, 4, 1, 5, 2} : new int[] {0, 1, 4, 2, 5, 3};
  }

  private static boolean blocksFirst(Site site) {
    return site.attributes().text("mode", "DCR").equals("DCR");
  }

  /** Blocks of space moved into channels, the places within a block outermost. */
  static Rule spaceToDepth() {
    int[] order = {0, 3, 5, 1, 2, 4};
    return new SingleResult(
        site -> {
          int[] x = site.shape(0);
          int block = block(site);
          if (x.length != 4 || x[2] % block != 0 || x[3] % block != 0) {
            throw site.fail("needs [N, C, H, W] with sides divisible by " + block);
          }
          return TensorType.of(
              site.type(0), x[0], x[1] * block * block, x[2] / block, x[3] / block);
        },
        (site, type) -> {
          int[] x = site.shape(0);
          int b = block(site);
          Tensor split = site.value(0).reshaped(x[0], x[1], x[2] / b, b, x[3] / b, b);
          return Walk.permuted(split, order).reshaped(type.shape().at(0));
        },
        s -> {
          String b = Integer.toString(block(s.site()));
          List<String> x = s.shape(0);
          List<String> y = s.outputShape(0);
          return regrouped(s, List.of(x.get(0), x.get(1), y.get(2), b, y.get(3), b), order);
        });
  }

  private static int block(Site site) {
    int block = Math.toIntExact(site.attributes().integer("blocksize", 0));
    if (block < 1) {
      throw site.fail("blocksize must be positive");
    }
    return block;
  }

  private static String regrouped(ScriptSite s, List<String> split, int... order) {
    String apart = TorchText.call("reshape", s.in(0), ScriptSite.list(split));
    String moved = TorchText.call("permute", apart, TorchText.ints(order));
    return TorchText.call("reshape", moved, ScriptSite.list(s.outputShape(0)));
  }
}
