package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Operators that cut tensors along axes and put them together. */
final class Slicing {
  /** Bounds beyond this mean the end of any axis; larger ones overflow in TorchScript. */
  private static final long FAR = Integer.MAX_VALUE;

  /** More parts than anything is split into. */
  private static final int MANY = 4096;

  private Slicing() {}

  /** Every {@code steps}-th element from {@code starts} up to {@code ends}, on chosen axes. */
  static Rule slice() {
    return new SingleResult(
        site -> {
          int[] shape = site.shape(0);
          cuts(site).forEach(cut -> shape[cut.axis()] = cut.count());
          return TensorType.of(site.type(0), shape);
        },
        (site, type) -> Walk.grid(site.value(0), indices(site), 0),
        Slicing::sliceScript);
  }

  /** What is kept of an axis: {@code count} elements from {@code first} on. */
  private record Cut(int axis, long first, long step, int count) {
    int[] indices() {
      return IntStream.range(0, count).map(k -> (int) (first + k * step)).toArray();
    }
  }

  private static int[][] indices(Site site) {
    int[][] indices = Walk.everything(site.shape(0));
    cuts(site).forEach(cut -> indices[cut.axis()] = cut.indices());
    return indices;
  }

  private static List<Cut> cuts(Site site) {
    List<Cut> cuts = new ArrayList<>();
    long[] starts = site.integers(1);
    long[] ends = site.integers(2);
    for (int i = 0; i < starts.length; i++) {
      int axis = sliceAxis(site, i);
      int dim = site.shape(0)[axis];
      long step = step(site, i);
      long start = fromEnd(starts[i], dim);
      long end = fromEnd(ends[i], dim);
      if (step > 0) {
        start = clamped(start, 0, dim);
        end = clamped(end, 0, dim);
      } else {
        start = clamped(start, 0, dim - 1);
        end = clamped(end, -1, dim - 1);
      }
      long span = step > 0 ? end - start : start - end;
      int count = span <= 0 ? 0 : (int) ((span - 1) / Math.abs(step)) + 1;
      cuts.add(new Cut(axis, start, step, count));
    }
    return cuts;
  }

  private static int sliceAxis(Site site, int i) {
    return site.has(3) ? site.axis(site.integers(3)[i], site.rank(0)) : i;
  }

  private static long step(Site site, int i) {
    long step = site.has(4) ? site.integers(4)[i] : 1;
    if (step == 0) {
      throw site.fail("step 0");
    }
    return clamped(step, -FAR, FAR);
  }

  private static long fromEnd(long index, int dim) {
    return index < 0 ? index + dim : index;
  }

  private static long clamped(long value, long low, long high) {
    return Math.max(low, Math.min(high, value));
  }

  private static String sliceScript(ScriptSite s) {
    String text = s.in(0);
    List<String> starts = s.integers(1);
    List<String> ends = s.integers(2);
    for (int i = 0; i < starts.size(); i++) {
      int axis = sliceAxis(s.site(), i);
      long step = step(s.site(), i);
      String start = near(starts.get(i));
      String end = near(ends.get(i));
      if (step < 0) {
        // index i from the front is index -1 - i of the flipped axis, negative indices included
        text = TorchText.call("flip", text, TorchText.ints(axis));
        start = "-1 - " + start;
        end = "-1 - " + end;
        step = -step;
      }
      text = TorchText.call("slice", text, axis, start, end, step);
    }
    return text;
  }

  /** A constant bound brought within what TorchScript computes with; the rest as it is. */
  private static String near(String bound) {
    if (bound.contains("n")) {
      return bound;
    }
    long value = clamped(Long.parseLong(bound), -FAR, FAR);
    return value < 0 ? "(" + value + ")" : Long.toString(value);
  }

  /** Operands one behind the other. */
  static Rule concat() {
    return new SingleResult(
        site -> {
          Elementwise.sameType(site, 0, site.count());
          int axis = concatAxis(site);
          int[] shape = site.shape(0);
          for (int i = 1; i < site.count(); i++) {
            int[] next = site.shape(i);
            int[] expected = shape.clone();
            if (next.length == shape.length) {
              expected[axis] = next[axis];
            }
            if (!Arrays.equals(next, expected)) {
              throw site.fail(
                  "cannot join "
                      + Arrays.toString(shape)
                      + " and "
                      + Arrays.toString(next)
                      + " along axis "
                      + axis);
            }
            shape[axis] += next[axis];
          }
          return TensorType.of(site.type(0), shape);
        },
        (site, type) -> {
          Tensor result = site.value(0);
          for (int i = 1; i < site.count(); i++) {
            result = joined(result, site.value(i), concatAxis(site));
          }
          return result;
        },
        s -> {
          List<String> operands = IntStream.range(0, s.count()).mapToObj(s::in).toList();
          return TorchText.call("cat", ScriptSite.list(operands), concatAxis(s.site()));
        });
  }

  private static int concatAxis(Site site) {
    if (!site.attributes().has("axis")) {
      throw site.fail("axis is missing");
    }
    return site.axis(site.attributes().integer("axis", 0), site.rank(0));
  }

  /** Two tensors of one type, one behind the other along an axis. */
  static Tensor joined(Tensor a, Tensor b, int axis) {
    int[] shape = a.shape();
    shape[axis] += b.dim(axis);
    int left = Walk.product(a.shape(), axis, a.rank());
    int right = Walk.product(b.shape(), axis, b.rank());
    int runs = Walk.product(shape, 0, axis);
    Object from = a.type().isFloating() ? a.reals() : a.integers();
    Object behind = a.type().isFloating() ? b.reals() : b.integers();
    double[] reals = new double[a.type().isFloating() ? runs * (left + right) : 0];
    long[] integers = new long[a.type().isFloating() ? 0 : runs * (left + right)];
    Object to = a.type().isFloating() ? reals : integers;
    for (int run = 0; run < runs; run++) {
      System.arraycopy(from, run * left, to, run * (left + right), left);
      System.arraycopy(behind, run * right, to, run * (left + right) + left, right);
    }
    return a.type().isFloating()
        ? Tensor.reals(a.type(), shape, reals)
        : Tensor.integers(a.type(), shape, integers);
  }

  /** Consecutive parts along an axis: of given lengths, or as even as can be. */
  static Rule split() {
    return new Rule() {
      @Override
      public List<TensorType> infer(Site site) {
        List<TensorType> types = new ArrayList<>();
        for (int length : lengths(site)) {
          int[] shape = site.shape(0);
          shape[splitAxis(site)] = length;
          types.add(TensorType.of(site.type(0), shape));
        }
        return types;
      }

      @Override
      public List<Tensor> evaluate(Site site, List<TensorType> outputs) {
        List<Tensor> parts = new ArrayList<>();
        int start = 0;
        for (int length : lengths(site)) {
          int[][] indices = Walk.everything(site.shape(0));
          indices[splitAxis(site)] = IntStream.range(start, start + length).toArray();
          parts.add(Walk.grid(site.value(0), indices, 0));
          start += length;
        }
        return parts;
      }

      @Override
      public List<String> torchScript(ScriptSite s) {
        int axis = splitAxis(s.site());
        List<String> texts = new ArrayList<>();
        List<String> before = new ArrayList<>();
        for (int i = 0; i < s.site().node().outputs().size(); i++) {
          String start = before.isEmpty() ? "0" : String.join(" + ", before);
          String length = s.outputShape(i).get(axis);
          texts.add(TorchText.call("narrow", s.in(0), axis, start, length));
          before.add(length);
        }
        return texts;
      }
    };
  }

  private static int splitAxis(Site site) {
    return site.axis(site.attributes().integer("axis", 0), site.rank(0));
  }

  private static int[] lengths(Site site) {
    int dim = site.shape(0)[splitAxis(site)];
    if (site.has(1)) {
      int[] lengths = Arrays.stream(site.integers(1)).mapToInt(Math::toIntExact).toArray();
      if (Arrays.stream(lengths).sum() != dim) {
        throw site.fail("parts " + Arrays.toString(lengths) + " do not add up to " + dim);
      }
      return lengths;
    }
    int count =
        Math.toIntExact(site.attributes().integer("num_outputs", site.node().outputs().size()));
    if (count < 1 || count > Math.max(MANY, site.node().outputs().size())) {
      throw site.fail("cannot split into " + count + " parts");
    }
    int length = -Math.floorDiv(-dim, count);
    int[] lengths = new int[count];
    Arrays.setAll(lengths, i -> (int) Math.max(0, Math.min(length, dim - (long) i * length)));
    return lengths;
  }
}
