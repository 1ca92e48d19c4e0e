package retort.graph;

import java.util.Arrays;
import java.util.List;

/** Operators whose result follows from attributes and shapes. */
final class Filling {
  private Filling() {}

  /** The dimensions of the operand, from {@code start} up to {@code end}. */
  static Rule shape() {
    return new SingleResult(
        site -> TensorType.of(DataType.INT64, dims(site).length),
        (site, type) -> Tensor.vector(Arrays.stream(dims(site)).asLongStream().toArray()),
        s -> {
          int[] range = range(s.site());
          List<String> dims = s.shape(0).subList(range[0], Math.max(range[0], range[1]));
          return dims.isEmpty()
              ? TorchText.call("zeros", "[0]", TorchText.placed(DataType.INT64))
              : TorchText.call("tensor", ScriptSite.list(dims), TorchText.placed(DataType.INT64));
        });
  }

  private static int[] dims(Site site) {
    int[] range = range(site);
    return Arrays.copyOfRange(site.shape(0), range[0], Math.max(range[0], range[1]));
  }

  private static int[] range(Site site) {
    int rank = site.rank(0);
    return new int[] {
      clamped(site.attributes().integer("start", 0), rank),
      clamped(site.attributes().integer("end", rank), rank)
    };
  }

  private static int clamped(long axis, int rank) {
    return (int) Math.max(0, Math.min(rank, axis < 0 ? axis + rank : axis));
  }

  /** How many elements the operand has. */
  static Rule size() {
    return new SingleResult(
        site -> TensorType.of(DataType.INT64),
        (site, type) -> Tensor.integers(DataType.INT64, new int[0], Tensor.count(site.shape(0))),
        s ->
            TorchText.call(
                "tensor", TorchText.product(s.shape(0)), TorchText.placed(DataType.INT64)));
  }

  /** The value of an attribute. */
  static Rule constant() {
    return new SingleResult(
        site -> TensorType.of(constant(site).type(), constant(site).shape()),
        (site, type) -> constant(site),
        s -> TorchText.tensor(constant(s.site()), ScriptSite.list(s.outputShape(0))));
  }

  private static Tensor constant(Site site) {
    Attributes a = site.attributes();
    if (a.has("value_float")) {
      return Tensor.scalar(a.real("value_float", 0));
    }
    if (a.has("value_int")) {
      return Tensor.integers(DataType.INT64, new int[0], a.integer("value_int", 0));
    }
    if (a.has("value_floats")) {
      double[] values = a.reals("value_floats");
      return Tensor.reals(DataType.FLOAT32, new int[] {values.length}, values);
    }
    if (a.has("value_ints")) {
      return Tensor.vector(a.integers("value_ints"));
    }
    return a.tensor("value")
        .orElseThrow(
            () ->
                site.fail(
                    "needs one of value, value_float, value_floats, value_int and value_ints"));
  }

  /** A shape filled with the one element of the attribute {@code value}, by default 0. */
  static Rule constantOfShape() {
    return new SingleResult(
        site ->
            TensorType.of(
                fill(site).type(),
                Arrays.stream(site.integers(0)).mapToInt(Math::toIntExact).toArray()),
        (site, type) -> {
          int[] shape = type.shape().at(0);
          Tensor one = fill(site).reshaped();
          return Walk.pick(one, shape, Broadcast.offsets(one.shape(), shape));
        },
        s -> {
          Tensor one = fill(s.site());
          return TorchText.call(
              "full",
              ScriptSite.list(s.outputShape(0)),
              TorchText.element(one, 0),
              TorchText.placed(one.type()));
        });
  }

  private static Tensor fill(Site site) {
    return site.attributes().tensor("value").orElse(Tensor.scalar(0));
  }

  /** Numbers from the first operand up to the second, the third apart. */
  static Rule range() {
    return new SingleResult(
        site -> TensorType.of(Elementwise.sameType(site, 0, 3), count(site)),
        (site, type) -> {
          int count = count(site);
          if (type.type().isFloating()) {
            double start = site.value(0).reals()[0];
            double delta = site.value(2).reals()[0];
            double[] values = new double[count];
            Arrays.setAll(values, i -> start + i * delta);
            return Tensor.reals(type.type(), new int[] {count}, values);
          }
          long start = site.integers(0)[0];
          long delta = site.integers(2)[0];
          long[] values = new long[count];
          Arrays.setAll(values, i -> start + i * delta);
          return Tensor.integers(type.type(), new int[] {count}, values);
        },
        s -> {
          DataType type = s.site().type(0);
          if (s.outputShape(0).get(0).equals("0")) {
            return TorchText.call("zeros", "[0]", TorchText.placed(type));
          }
          Object[] arguments = new Object[4];
          for (int i = 0; i < 3; i++) {
            arguments[i] =
                type.isFloating() ? TorchText.element(s.site().value(i), 0) : s.integers(i).get(0);
          }
          arguments[3] = TorchText.placed(type);
          return TorchText.call("arange", arguments);
        });
  }

  private static int count(Site site) {
    double start = site.value(0).reals()[0];
    double limit = site.value(1).reals()[0];
    return (int) Math.max(0, Math.ceil((limit - start) / site.value(2).reals()[0]));
  }

  /** One triangle of the matrices in the last two axes, the other zero. */
  static Rule triangle() {
    return new SingleResult(
        SingleResult::like,
        (site, type) -> {
          int[] shape = site.shape(0);
          int rows = shape[shape.length - 2];
          int columns = shape[shape.length - 1];
          long diagonal = diagonal(site);
          boolean upper = isUpper(site);
          int[] offsets = new int[Tensor.elements(shape)];
          Arrays.setAll(
              offsets,
              i -> {
                long above = i % columns - i / columns % rows - diagonal;
                return (upper ? above >= 0 : above <= 0) ? i : -1;
              });
          return Walk.pick(site.value(0), shape, offsets);
        },
        s -> {
          String diagonal = s.has(1) ? s.integers(1).get(0) : "0";
          return TorchText.call(isUpper(s.site()) ? "triu" : "tril", s.in(0), diagonal);
        });
  }

  private static boolean isUpper(Site site) {
    return site.attributes().integer("upper", 1) != 0;
  }

  private static long diagonal(Site site) {
    return site.has(1) ? site.integers(1)[0] : 0;
  }
}
