package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Layer normalisation in many nodes, with scale and bias, with scale, or with neither. */
final class LayerNormPatterns {
  private LayerNormPatterns() {}

  /** With scale and bias. */
  static Optional<Pattern.Match> affine(Node last, Wiring wiring) {
    if (last.operator() != Operator.ADD) {
      return Optional.empty();
    }
    for (String term : last.inputs()) {
      Optional<Node> product = wiring.producer(term, Operator.MUL);
      if (product.isPresent()) {
        Optional<Pattern.Match> match =
            scaled(last, product.get(), Optional.of(Wiring.other(last, term)), wiring);
        if (match.isPresent()) {
          return match;
        }
      }
    }
    return Optional.empty();
  }

  /** With scale alone. */
  static Optional<Pattern.Match> scaled(Node last, Wiring wiring) {
    return last.operator() == Operator.MUL
        ? scaled(last, last, Optional.empty(), wiring)
        : Optional.empty();
  }

  private static Optional<Pattern.Match> scaled(
      Node last, Node product, Optional<String> bias, Wiring wiring) {
    for (String factor : product.inputs()) {
      Optional<Standardization> inner = standardization(factor, wiring);
      if (inner.isEmpty()) {
        continue;
      }
      Optional<Function<Draft, String>> gain =
          overAxes(Wiring.other(product, factor), inner.get(), wiring);
      Optional<Function<Draft, String>> shift =
          bias.flatMap(name -> overAxes(name, inner.get(), wiring));
      if (gain.isEmpty() || bias.isPresent() != shift.isPresent()) {
        continue;
      }
      List<Node> inside = new ArrayList<>(inner.get().inside());
      inside.add(product);
      inside.add(last);
      return Optional.of(
          Pattern.Match.of(
              inside,
              draft -> {
                List<String> operands = new ArrayList<>();
                operands.add(inner.get().x());
                operands.add(gain.get().apply(draft));
                shift.ifPresent(vector -> operands.add(vector.apply(draft)));
                write(draft, last, inner.get(), operands);
              }));
    }
    return Optional.empty();
  }

  /** Without scale and bias. */
  static Optional<Pattern.Match> plain(Node last, Wiring wiring) {
    Optional<Standardization> inner = standardization(Wiring.result(last), wiring);
    if (inner.isEmpty()) {
      return Optional.empty();
    }
    Shape shape = wiring.shape(inner.get().x());
    Shape over = new Shape(shape.dims().subList(inner.get().axis(), shape.rank()));
    if (!over.isKnown()) {
      return Optional.empty();
    }
    int[] dims = over.at(0);
    double[] ones = new double[Tensor.elements(dims)];
    Arrays.fill(ones, 1);
    Tensor scale = Tensor.reals(wiring.type(inner.get().x()).type(), dims, ones);
    return Optional.of(
        Pattern.Match.of(
            inner.get().inside(),
            draft -> {
              String name = draft.constant(Wiring.result(last) + "/ones", scale);
              write(draft, last, inner.get(), List.of(inner.get().x(), name));
            }));
  }

  private static void write(Draft draft, Node last, Standardization inner, List<String> operands) {
    draft.append(
        new Node(
            Operator.LAYER_NORMALIZATION,
            Attributes.none().with("axis", (long) inner.axis()).with("epsilon", inner.epsilon()),
            operands,
            last.outputs()));
  }

  /** Not an InstanceNormalization, whose scale and bias are per channel. */
  private static Optional<Standardization> standardization(String value, Wiring wiring) {
    return Standardization.of(value, wiring)
        .filter(found -> found.inside().size() > 1)
        .filter(found -> found.axis() > 0);
  }

  /** An operand that has exactly the normalised axes, or ones before them that are dropped. */
  private static Optional<Function<Draft, String>> overAxes(
      String value, Standardization inner, Wiring wiring) {
    Shape image = wiring.shape(inner.x());
    List<Dim> over = image.dims().subList(inner.axis(), image.rank());
    List<Dim> dims = wiring.shape(value).dims();
    if (dims.equals(over)) {
      return Optional.of(draft -> value);
    }
    int extra = dims.size() - over.size();
    boolean fits =
        extra > 0
            && extra <= inner.axis()
            && dims.subList(extra, dims.size()).equals(over)
            && dims.subList(0, extra).stream().allMatch(Dim.of(1)::equals)
            && over.stream().allMatch(Dim::isKnown);
    if (!fits) {
      return Optional.empty();
    }
    long[] shape = over.stream().mapToLong(Dim::constant).toArray();
    return Optional.of(
        draft ->
            draft.add(
                value + "/axes",
                Operator.RESHAPE,
                Attributes.none(),
                value,
                draft.integers(value + "/axes/shape", shape)));
  }
}
