package retort.graph;

import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.function.LongBinaryOperator;

/** Comparisons, truth values, and choices by them. */
final class Logic {
  private Logic() {}

  /** A relation of real numbers. */
  interface RealRelation {
    boolean holds(double a, double b);
  }

  /** A relation of integers. */
  interface IntegerRelation {
    boolean holds(long a, long b);
  }

  /** Whether a relation holds, element by element. */
  static Rule comparison(RealRelation onReals, IntegerRelation onIntegers, String script) {
    return new SingleResult(
        site -> {
          Elementwise.sameType(site, 0, 2);
          return TensorType.of(DataType.BOOL, Broadcast.shape(site, 0, 2));
        },
        (site, type) ->
            Casting.cast(
                Elementwise.combined(
                    site.value(0),
                    site.value(1),
                    type.shape().at(0),
                    (a, b) -> onReals.holds(a, b) ? 1 : 0,
                    (a, b) -> onIntegers.holds(a, b) ? 1 : 0),
                DataType.BOOL),
        s -> Elementwise.filled(script, s));
  }

  /** A function of two truth values. */
  static Rule connective(LongBinaryOperator function, String script) {
    return new SingleResult(
        site -> {
          requireBooleans(site, 0);
          requireBooleans(site, 1);
          return TensorType.of(DataType.BOOL, Broadcast.shape(site, 0, 2));
        },
        (site, type) ->
            Elementwise.combined(
                site.value(0), site.value(1), type.shape().at(0), (a, b) -> a, function),
        s -> Elementwise.filled(script, s));
  }

  static Rule negation() {
    return new SingleResult(
        site -> {
          requireBooleans(site, 0);
          return SingleResult.like(site);
        },
        (site, type) -> Elementwise.map(site.value(0), x -> x, x -> 1 - x),
        s -> TorchText.call("logical_not", s.in(0)));
  }

  private static void requireBooleans(Site site, int i) {
    if (site.type(i) != DataType.BOOL) {
      throw site.fail("operand " + i + " must be of type BOOL, not " + site.type(i));
    }
  }

  static Rule isNaN() {
    return test(attributes -> Double::isNaN, attributes -> "torch.isnan({0})");
  }

  static Rule isInfinite() {
    return test(
        attributes -> {
          boolean below = attributes.integer("detect_negative", 1) != 0;
          boolean above = attributes.integer("detect_positive", 1) != 0;
          return x -> Double.isInfinite(x) && (x < 0 ? below : above);
        },
        attributes -> {
          boolean below = attributes.integer("detect_negative", 1) != 0;
          boolean above = attributes.integer("detect_positive", 1) != 0;
          if (below == above) {
            return below
                ? "torch.isinf({0})"
                : TorchText.call("zeros_like", "{0}", "dtype=" + TorchText.dtype(DataType.BOOL));
          }
          return below ? "torch.isneginf({0})" : "torch.isposinf({0})";
        });
  }

  private static Rule test(
      Function<Attributes, DoublePredicate> test, Function<Attributes, String> script) {
    return new SingleResult(
        site -> TensorType.of(DataType.BOOL, SingleResult.likeReal(site).shape().at(0)),
        (site, type) -> {
          DoublePredicate holds = test.apply(site.attributes());
          Tensor flags = Elementwise.map(site.value(0), x -> holds.test(x) ? 1 : 0, x -> 0);
          return Casting.cast(flags, DataType.BOOL);
        },
        s -> script.apply(s.attributes()).replace("{0}", s.in(0)));
  }

  /** Elements of the second operand where the first holds, else of the third. */
  static Rule choice() {
    return new SingleResult(
        site -> {
          requireBooleans(site, 0);
          return TensorType.of(Elementwise.sameType(site, 1, 3), Broadcast.shape(site, 0, 3));
        },
        (site, type) -> {
          int[] shape = type.shape().at(0);
          long[] condition = site.value(0).integers();
          int[] offsets = Broadcast.offsets(site.shape(0), shape);
          Tensor yes = site.value(1);
          Tensor no = site.value(2);
          Tensor both = Slicing.joined(yes.reshaped(yes.elements()), no.reshaped(no.elements()), 0);
          int[] left = Broadcast.offsets(yes.shape(), shape);
          int[] right = Broadcast.offsets(no.shape(), shape);
          int[] chosen = new int[offsets.length];
          for (int i = 0; i < chosen.length; i++) {
            chosen[i] = condition[offsets[i]] != 0 ? left[i] : yes.elements() + right[i];
          }
          return Walk.pick(both, shape, chosen);
        },
        s -> TorchText.call("where", s.in(0), s.in(1), s.in(2)));
  }
}
