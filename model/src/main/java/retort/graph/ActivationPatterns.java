package retort.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Activations in many nodes. */
final class ActivationPatterns {
  private ActivationPatterns() {}

  /** {@code x * Sigmoid(x)}, in either order. */
  static Optional<Pattern.Match> silu(Node last, Wiring wiring) {
    if (last.operator() != Operator.MUL) {
      return Optional.empty();
    }
    for (String factor : last.inputs()) {
      Optional<Node> gate = wiring.producer(factor, Operator.SIGMOID);
      String x = Wiring.other(last, factor);
      if (gate.isPresent() && gate.get().inputs().get(0).equals(x)) {
        return Optional.of(
            Pattern.Match.of(
                List.of(gate.get(), last),
                draft -> draft.result(Wiring.result(last), Operator.SILU, Attributes.none(), x)));
      }
    }
    return Optional.empty();
  }

  /** {@code x * Tanh(Softplus(x))}, in either order. */
  static Optional<Pattern.Match> mish(Node last, Wiring wiring) {
    if (last.operator() != Operator.MUL) {
      return Optional.empty();
    }
    for (String factor : last.inputs()) {
      String x = Wiring.other(last, factor);
      Optional<Node> gate = wiring.producer(factor, Operator.TANH);
      Optional<Node> soft =
          gate.flatMap(node -> wiring.producer(node.inputs().get(0), Operator.SOFTPLUS));
      if (gate.isPresent() && soft.isPresent() && soft.get().inputs().get(0).equals(x)) {
        return Optional.of(
            Pattern.Match.of(
                List.of(gate.get(), soft.get(), last),
                draft -> draft.result(Wiring.result(last), Operator.MISH, Attributes.none(), x)));
      }
    }
    return Optional.empty();
  }

  /** {@code 0.5 * x * (1 + Erf(x / sqrt(2)))}, with the factors in any order and nesting. */
  static Optional<Pattern.Match> gelu(Node last, Wiring wiring) {
    if (last.operator() != Operator.MUL) {
      return Optional.empty();
    }
    List<Node> inside = new ArrayList<>();
    List<String> factors = new ArrayList<>();
    multiply(last, wiring, inside, factors, 2);
    if (factors.size() != 3) {
      return Optional.empty();
    }
    for (String factor : factors) {
      Optional<String> x = errorFunctionPlusOne(factor, wiring, inside);
      if (x.isPresent()) {
        List<String> rest = new ArrayList<>(factors);
        rest.remove(factor);
        boolean fits =
            rest.remove(x.get())
                && wiring.is(rest.get(0), 0.5)
                && wiring.shape(x.get()).equals(wiring.shape(Wiring.result(last)));
        if (!fits) {
          return Optional.empty();
        }
        return Optional.of(
            Pattern.Match.of(
                inside,
                draft ->
                    draft.result(Wiring.result(last), Operator.GELU, Attributes.none(), x.get())));
      }
    }
    return Optional.empty();
  }

  /** Takes a product apart: its factors, and the nodes that multiply them. */
  static void multiply(
      Node product, Wiring wiring, List<Node> inside, List<String> factors, int depth) {
    inside.add(product);
    for (String factor : product.inputs()) {
      Optional<Node> nested = wiring.producer(factor, Operator.MUL);
      if (depth > 1 && nested.isPresent() && factors.size() < 3) {
        multiply(nested.get(), wiring, inside, factors, depth - 1);
      } else {
        factors.add(factor);
      }
    }
  }

  /** x, where a value is {@code 1 + Erf(x / sqrt(2))}. */
  private static Optional<String> errorFunctionPlusOne(
      String value, Wiring wiring, List<Node> inside) {
    Optional<Node> sum = wiring.producer(value, Operator.ADD);
    if (sum.isEmpty()) {
      return Optional.empty();
    }
    for (String term : sum.get().inputs()) {
      Optional<Node> erf = wiring.producer(term, Operator.ERF);
      if (erf.isPresent() && wiring.is(Wiring.other(sum.get(), term), 1)) {
        Optional<Node> scaling =
            wiring.producer(erf.get().inputs().get(0), Operator.MUL, Operator.DIV);
        Optional<String> x = scaling.flatMap(node -> dividedByRootOfTwo(node, wiring));
        if (x.isPresent()) {
          inside.addAll(List.of(sum.get(), erf.get(), scaling.get()));
        }
        return x;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> dividedByRootOfTwo(Node node, Wiring wiring) {
    String left = node.inputs().get(0);
    String right = node.inputs().get(1);
    if (node.operator() == Operator.DIV) {
      return wiring.is(right, Math.sqrt(2)) ? Optional.of(left) : Optional.empty();
    }
    if (wiring.is(right, Math.sqrt(0.5))) {
      return Optional.of(left);
    }
    return wiring.is(left, Math.sqrt(0.5)) ? Optional.of(right) : Optional.empty();
  }

  /**
   * Softmax over the last axis by way of a matrix: what the semantics of old opsets come to when
   * they are spelt out.
   */
  static Optional<Pattern.Match> softmax(Node last, Wiring wiring) {
    if (last.operator() != Operator.RESHAPE) {
      return Optional.empty();
    }
    Optional<Node> soft =
        wiring.producer(last.inputs().get(0), Operator.SOFTMAX, Operator.LOG_SOFTMAX);
    Optional<Node> flat =
        soft.flatMap(node -> wiring.producer(node.inputs().get(0), Operator.FLATTEN));
    if (soft.isEmpty() || flat.isEmpty()) {
      return Optional.empty();
    }
    String x = flat.get().inputs().get(0);
    int rank = wiring.shape(x).rank();
    long axis = flat.get().attributes().integer("axis", 1);
    long over = soft.get().attributes().integer("axis", -1);
    boolean fits =
        (axis == rank - 1 || axis == -1)
            && (over == 1 || over == -1)
            && wiring.shape(x).equals(wiring.shape(Wiring.result(last)));
    if (!fits) {
      return Optional.empty();
    }
    return Optional.of(
        Pattern.Match.of(
            List.of(flat.get(), soft.get(), last),
            draft ->
                draft.result(
                    Wiring.result(last),
                    soft.get().operator(),
                    Attributes.none().with("axis", -1L),
                    x)));
  }

  /** A value and the constant number it is multiplied with. */
  record Scaled(String value, double factor, List<Node> inside) {}

  /** Takes constant factors off a value. */
  static Scaled unscaled(String value, Wiring wiring) {
    List<Node> inside = new ArrayList<>();
    double factor = 1;
    String rest = value;
    while (true) {
      Optional<Node> scaling = wiring.producer(rest, Operator.MUL, Operator.DIV);
      if (scaling.isEmpty()) {
        return new Scaled(rest, factor, inside);
      }
      Node node = scaling.get();
      OptionalDouble right = wiring.scalar(node.inputs().get(1));
      OptionalDouble left = wiring.scalar(node.inputs().get(0));
      if (right.isPresent() && left.isEmpty()) {
        double number = right.getAsDouble();
        factor = node.operator() == Operator.MUL ? factor * number : factor / number;
        rest = node.inputs().get(0);
      } else if (left.isPresent() && right.isEmpty() && node.operator() == Operator.MUL) {
        factor *= left.getAsDouble();
        rest = node.inputs().get(1);
      } else {
        return new Scaled(rest, factor, inside);
      }
      inside.add(node);
    }
  }
}
