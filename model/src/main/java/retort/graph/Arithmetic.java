package retort.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Arithmetic whose form depends on the element type, on attributes, or on operands left out. */
final class Arithmetic {
  private Arithmetic() {}

  /** Division, which truncates integers towards zero. */
  static Rule quotient() {
    Rule rule = Elementwise.binary((a, b) -> a / b, (a, b) -> a / b, "torch.div({0}, {1})");
    return new SingleResult(
        site -> rule.infer(site).get(0),
        (site, type) -> rule.evaluate(site, List.of(type)).get(0),
        s ->
            s.site().type(0).isFloating()
                ? rule.torchScript(s).get(0)
                : TorchText.call("div", s.in(0), s.in(1), "rounding_mode=\"trunc\""));
  }

  /** The remainder: of the divisor's sign, or with {@code fmod} of the dividend's. */
  static Rule remainder() {
    return new SingleResult(
        site -> {
          if (Elementwise.sameType(site, 0, 2).isFloating() && !isFmod(site.attributes())) {
            throw site.fail("needs fmod=1 for real numbers");
          }
          return TensorType.of(site.type(0), Broadcast.shape(site, 0, 2));
        },
        (site, type) ->
            Elementwise.combined(
                site.value(0),
                site.value(1),
                type.shape().at(0),
                (a, b) -> a % b,
                isFmod(site.attributes()) ? (a, b) -> a % b : Math::floorMod),
        s ->
            Elementwise.filled(
                isFmod(s.attributes()) ? "torch.fmod({0}, {1})" : "torch.remainder({0}, {1})", s));
  }

  private static boolean isFmod(Attributes attributes) {
    return attributes.integer("fmod", 0) != 0;
  }

  /** A power; the exponent may be of another type, the result is of the base's. */
  static Rule power() {
    return new SingleResult(
        site -> TensorType.of(site.type(0), Broadcast.shape(site, 0, 2)),
        (site, type) -> {
          Tensor base = site.value(0);
          Tensor exponent = site.value(1);
          if (!base.type().isFloating() && exponent.type().isFloating()) {
            Tensor real = Casting.cast(base, exponent.type());
            return Casting.cast(power(real, exponent, type), base.type());
          }
          return power(base, Casting.cast(exponent, base.type()), type);
        },
        s -> {
          String text = Elementwise.filled("torch.pow({0}, {1})", s);
          DataType base = s.site().type(0);
          return base == s.site().type(1)
              ? text
              : TorchText.call("to", text, TorchText.dtype(base));
        });
  }

  private static Tensor power(Tensor base, Tensor exponent, TensorType type) {
    return Elementwise.combined(
        base, exponent, type.shape().at(0), Math::pow, Arithmetic::integerPower);
  }

  private static long integerPower(long base, long exponent) {
    if (exponent < 0) {
      return (long) Math.pow((double) base, (double) exponent);
    }
    long result = 1;
    long square = base;
    for (long rest = exponent; rest > 0; rest >>= 1) {
      result *= (rest & 1) == 1 ? square : 1;
      square *= square;
    }
    return result;
  }

  /** The mean of any number of operands that broadcast. */
  static Rule mean() {
    Rule sum = Elementwise.folded(Double::sum, Long::sum, "torch.add({0}, {1})");
    return new SingleResult(
        site -> {
          SingleResult.likeReal(site);
          return sum.infer(site).get(0);
        },
        (site, type) ->
            Elementwise.map(
                sum.evaluate(site, List.of(type)).get(0),
                x -> x / site.count(),
                x -> x / site.count()),
        s -> TorchText.call("div", sum.torchScript(s).get(0), s.count()));
  }

  /** The operand held between two bounds, either of which may be left out. */
  static Rule clip() {
    return new SingleResult(
        site -> {
          for (int i = 1; i <= 2; i++) {
            if (site.has(i) && Tensor.elements(site.shape(i)) != 1) {
              throw site.fail(
                  "bound " + i + " must be one number, not " + Arrays.toString(site.shape(i)));
            }
          }
          return SingleResult.like(site);
        },
        (site, type) -> {
          Tensor result = site.value(0);
          if (site.has(1)) {
            result =
                Elementwise.combined(
                    result, bound(site, 1), type.shape().at(0), Math::max, Math::max);
          }
          if (site.has(2)) {
            result =
                Elementwise.combined(
                    result, bound(site, 2), type.shape().at(0), Math::min, Math::min);
          }
          return result;
        },
        Arithmetic::clipScript);
  }

  private static Tensor bound(Site site, int i) {
    return site.value(i).reshaped();
  }

  private static String clipScript(ScriptSite s) {
    if (!s.has(1) && !s.has(2)) {
      return s.in(0);
    }
    boolean literal =
        IntStream.of(1, 2).allMatch(i -> !s.has(i) || s.site().constant(i).isPresent());
    Object[] arguments = {s.in(0), "None", "None"};
    for (int i = 1; i <= 2; i++) {
      if (s.has(i)) {
        arguments[i] = literal ? TorchText.element(s.site().value(i), 0) : s.in(i);
      }
    }
    return TorchText.call("clamp", arguments);
  }
}
