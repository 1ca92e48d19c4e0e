package retort.graph;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Operators that work element by element, on one operand or on several that broadcast. */
final class Elementwise {
  private Elementwise() {}

  /** A function of one real operand. */
  static Rule unary(DoubleUnaryOperator function, String script) {
    return unary(none -> function, none -> script);
  }

  /** A function of one real operand that depends on attributes. */
  static Rule unary(
      Function<Attributes, DoubleUnaryOperator> function, Function<Attributes, String> script) {
    return new SingleResult(
        SingleResult::likeReal,
        (site, type) ->
            map(site.value(0), function.apply(site.attributes()), LongUnaryOperator.identity()),
        s -> script.apply(s.attributes()).replace("{0}", s.in(0)));
  }

  /** A function of one operand, with its own form for integers and booleans. */
  static Rule unary(DoubleUnaryOperator onReals, LongUnaryOperator onIntegers, String script) {
    return new SingleResult(
        SingleResult::like,
        (site, type) -> map(site.value(0), onReals, onIntegers),
        s -> script.replace("{0}", s.in(0)));
  }

  /** The operand itself, as far as values go. */
  static Rule identity(Function<ScriptSite, String> script) {
    return new SingleResult(SingleResult::like, (site, type) -> site.value(0), script);
  }

  static Tensor map(Tensor x, DoubleUnaryOperator onReals, LongUnaryOperator onIntegers) {
    if (x.type().isFloating()) {
      double[] values = x.reals().clone();
      for (int i = 0; i < values.length; i++) {
        values[i] = onReals.applyAsDouble(values[i]);
      }
      return Tensor.reals(x.type(), x.shape(), values);
    }
    long[] values = x.integers().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = Casting.wrapped(x.type(), onIntegers.applyAsLong(values[i]));
    }
    return Tensor.integers(x.type(), x.shape(), values);
  }

  /**
   * A function of two operands that broadcast.
   *
   * @param script text with {0} and {1}; a real constant of rank 0 stands there as a number
   */
  static Rule binary(DoubleBinaryOperator onReals, LongBinaryOperator onIntegers, String script) {
    return new SingleResult(
        site -> TensorType.of(sameType(site, 0, 2), Broadcast.shape(site, 0, 2)),
        (site, type) ->
            combined(site.value(0), site.value(1), type.shape().at(0), onReals, onIntegers),
        s -> filled(script, s));
  }

  /**
   * A function that folds any number of operands that broadcast.
   *
   * @param script text with {0} for what has been folded so far and {1} for the next operand
   */
  static Rule folded(DoubleBinaryOperator onReals, LongBinaryOperator onIntegers, String script) {
    return new SingleResult(
        site ->
            TensorType.of(sameType(site, 0, site.count()), Broadcast.shape(site, 0, site.count())),
        (site, type) -> {
          Tensor result = site.value(0);
          for (int i = 1; i < site.count(); i++) {
            Tensor next = site.value(i);
            int[] shape = Broadcast.shape(site, result.shape(), next.shape());
            result = combined(result, next, shape, onReals, onIntegers);
          }
          return result;
        },
        s -> {
          String text = s.in(0);
          for (int i = 1; i < s.count(); i++) {
            text = script.replace("{0}", text).replace("{1}", s.in(i));
          }
          return text;
        });
  }

  /** A text with its operands put in; a second real constant of rank 0 stands as a number. */
  static String filled(String script, ScriptSite s) {
    return script.replace("{0}", s.in(0)).replace("{1}", s.number(1).orElseGet(() -> s.in(1)));
  }

  /** The one type of the operands in {@code [from, to)}. */
  static DataType sameType(Site site, int from, int to) {
    for (int i = from + 1; i < to; i++) {
      if (site.type(i) != site.type(from)) {
        throw site.fail(
            "operands are " + site.type(from) + " and " + site.type(i) + "; cast one of them");
      }
    }
    return site.type(from);
  }

  /** A function of two tensors of one type, broadcast to {@code shape}. */
  static Tensor combined(
      Tensor a,
      Tensor b,
      int[] shape,
      DoubleBinaryOperator onReals,
      LongBinaryOperator onIntegers) {
    int[] left = Broadcast.offsets(a.shape(), shape);
    int[] right = Broadcast.offsets(b.shape(), shape);
    if (a.type().isFloating()) {
      double[] x = a.reals();
      double[] y = b.reals();
      double[] result = new double[left.length];
      for (int i = 0; i < result.length; i++) {
        result[i] = onReals.applyAsDouble(x[left[i]], y[right[i]]);
      }
      return Tensor.reals(a.type(), shape, result);
    }
    long[] x = a.integers();
    long[] y = b.integers();
    long[] result = new long[left.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = Casting.wrapped(a.type(), onIntegers.applyAsLong(x[left[i]], y[right[i]]));
    }
    return Tensor.integers(a.type(), shape, result);
  }
}
