package retort.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The approximation of Gelu in many nodes: {@code 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))},
 * with the factors in any order and nesting.
 */
final class TanhGeluPattern {
  private static final double CUBIC = 0.044715;
  private static final double SLOPE = Math.sqrt(2 / Math.PI);

  private TanhGeluPattern() {}

  static Optional<Pattern.Match> match(Node last, Wiring wiring) {
    if (last.operator() != Operator.MUL) {
      return Optional.empty();
    }
    List<Node> inside = new ArrayList<>();
    List<String> factors = new ArrayList<>();
    ActivationPatterns.multiply(last, wiring, inside, factors, 2);
    for (String gate : factors) {
      Optional<String> x = gated(gate, wiring, inside);
      if (x.isPresent()) {
        List<String> rest = new ArrayList<>(factors);
        rest.remove(gate);
        boolean fits = rest.remove(x.get()) && rest.size() == 1 && wiring.is(rest.get(0), 0.5);
        Attributes tanh = Attributes.none().with("approximate", "tanh");
        return fits
            ? Optional.of(
                Pattern.Match.of(
                    inside,
                    draft -> draft.result(Wiring.result(last), Operator.GELU, tanh, x.get())))
            : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** x, where a value is {@code 1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))}. */
  private static Optional<String> gated(String gate, Wiring wiring, List<Node> inside) {
    Optional<Node> sum = wiring.producer(gate, Operator.ADD);
    if (sum.isEmpty()) {
      return Optional.empty();
    }
    for (String term : sum.get().inputs()) {
      Optional<Node> tanh = wiring.producer(term, Operator.TANH);
      if (tanh.isPresent() && wiring.is(Wiring.other(sum.get(), term), 1)) {
        ActivationPatterns.Scaled inner =
            ActivationPatterns.unscaled(tanh.get().inputs().get(0), wiring);
        Optional<String> x =
            Wiring.near(inner.factor(), SLOPE)
                ? withCube(inner.value(), wiring, inside)
                : Optional.empty();
        if (x.isPresent()) {
          inside.addAll(List.of(sum.get(), tanh.get()));
          inside.addAll(inner.inside());
          return x;
        }
      }
    }
    return Optional.empty();
  }

  /** x, where a value is {@code x + 0.044715 x^3}. */
  private static Optional<String> withCube(String value, Wiring wiring, List<Node> inside) {
    Optional<Node> sum = wiring.producer(value, Operator.ADD);
    if (sum.isEmpty()) {
      return Optional.empty();
    }
    for (String x : sum.get().inputs()) {
      ActivationPatterns.Scaled cube =
          ActivationPatterns.unscaled(Wiring.other(sum.get(), x), wiring);
      Optional<List<Node>> powers = cube(cube.value(), x, wiring);
      if (powers.isPresent() && Wiring.near(cube.factor(), CUBIC)) {
        inside.add(sum.get());
        inside.addAll(cube.inside());
        inside.addAll(powers.get());
        return Optional.of(x);
      }
    }
    return Optional.empty();
  }

  /** The nodes that raise x to its third power. */
  private static Optional<List<Node>> cube(String value, String x, Wiring wiring) {
    Optional<Node> power = wiring.producer(value, Operator.POW, Operator.MUL);
    if (power.isEmpty()) {
      return Optional.empty();
    }
    List<String> operands = power.get().inputs();
    if (power.get().operator() == Operator.POW) {
      boolean third = operands.get(0).equals(x) && wiring.is(operands.get(1), 3);
      return third ? Optional.of(List.of(power.get())) : Optional.empty();
    }
    Optional<Node> square =
        operands.contains(x)
            ? wiring.producer(Wiring.other(power.get(), x), Operator.MUL)
            : Optional.empty();
    return square
        .filter(node -> node.inputs().equals(List.of(x, x)))
        .map(node -> List.of(power.get(), node));
  }
}
