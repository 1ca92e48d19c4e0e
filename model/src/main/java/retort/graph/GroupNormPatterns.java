package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Group normalisation in many nodes: a reshape to {@code [N, groups, ...]}, a standardisation of
 * each group, a reshape back, then scale and bias per channel.
 */
final class GroupNormPatterns {
  private GroupNormPatterns() {}

  /** The normalisation without scale and bias. */
  private record Groups(String x, long groups, double epsilon, List<Node> inside) {
    Attributes attributes() {
      return Attributes.none().with("groups", groups).with("epsilon", epsilon);
    }
  }

  /** ONNX's own operator, which differs in the name of an attribute. */
  static Optional<Pattern.Match> standard(Node last, Wiring wiring) {
    if (last.operator() != Operator.GROUP_NORMALIZATION) {
      return Optional.empty();
    }
    Attributes attributes =
        Attributes.none()
            .with("groups", last.attributes().integer("num_groups", 1))
            .with("epsilon", last.attributes().real("epsilon", 1e-5));
    Node raised = new Node(Operator.GROUP_NORM, attributes, last.inputs(), last.outputs());
    return Optional.of(Pattern.Match.of(List.of(last), draft -> draft.append(raised)));
  }

  /** With scale and bias. */
  static Optional<Pattern.Match> affine(Node last, Wiring wiring) {
    if (last.operator() != Operator.ADD) {
      return Optional.empty();
    }
    for (String term : last.inputs()) {
      Optional<Node> product = wiring.producer(term, Operator.MUL);
      if (product.isPresent()) {
        for (String factor : product.get().inputs()) {
          Optional<Pattern.Match> match =
              affine(
                  last, product.get(), factor, Wiring.other(product.get(), factor), term, wiring);
          if (match.isPresent()) {
            return match;
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Pattern.Match> affine(
      Node last, Node product, String normalized, String scale, String term, Wiring wiring) {
    Optional<Groups> found = groups(normalized, wiring);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Groups groups = found.get();
    Shape shape = wiring.shape(groups.x());
    Optional<Function<Draft, String>> gain = perChannel(scale, shape, wiring);
    Optional<Function<Draft, String>> bias = perChannel(Wiring.other(last, term), shape, wiring);
    if (gain.isEmpty() || bias.isEmpty()) {
      return Optional.empty();
    }
    List<Node> inside = new ArrayList<>(groups.inside());
    inside.addAll(List.of(product, last));
    return Optional.of(
        Pattern.Match.of(
            inside,
            draft ->
                draft.result(
                    Wiring.result(last),
                    Operator.GROUP_NORM,
                    groups.attributes(),
                    groups.x(),
                    gain.get().apply(draft),
                    bias.get().apply(draft))));
  }

  /** Without scale and bias. */
  static Optional<Pattern.Match> plain(Node last, Wiring wiring) {
    Optional<Groups> found = groups(Wiring.result(last), wiring);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Groups groups = found.get();
    int channels = (int) wiring.shape(groups.x()).dim(1).constant();
    DataType type = wiring.type(groups.x()).type();
    String y = Wiring.result(last);
    double[] ones = new double[channels];
    Arrays.fill(ones, 1);
    int[] shape = {channels};
    return Optional.of(
        Pattern.Match.of(
            groups.inside(),
            draft ->
                draft.result(
                    y,
                    Operator.GROUP_NORM,
                    groups.attributes(),
                    groups.x(),
                    draft.constant(y + "/ones", Tensor.reals(type, shape, ones)),
                    draft.constant(
                        y + "/zeros", Tensor.reals(type, shape, new double[channels])))));
  }

  private static Optional<Groups> groups(String value, Wiring wiring) {
    Optional<Node> back = wiring.producer(value, Operator.RESHAPE);
    Optional<Standardization> inner =
        back.flatMap(node -> Standardization.of(node.inputs().get(0), wiring))
            .filter(found -> found.axis() == 2);
    Optional<Node> there = inner.flatMap(found -> wiring.producer(found.x(), Operator.RESHAPE));
    if (there.isEmpty()) {
      return Optional.empty();
    }
    String x = there.get().inputs().get(0);
    Shape shape = wiring.shape(x);
    Shape grouped = wiring.shape(inner.get().x());
    boolean fits =
        shape.rank() >= 2
            && grouped.rank() >= 3
            && shape.equals(wiring.shape(value))
            && shape.dim(0).equals(grouped.dim(0))
            && shape.dim(1).isKnown()
            && grouped.dim(1).isKnown()
            && shape.dim(1).constant() % grouped.dim(1).constant() == 0;
    if (!fits) {
      return Optional.empty();
    }
    List<Node> inside = new ArrayList<>(inner.get().inside());
    inside.addAll(List.of(back.get(), there.get()));
    return Optional.of(new Groups(x, grouped.dim(1).constant(), inner.get().epsilon(), inside));
  }

  /**
   * The vector over channels behind an operand that broadcasts over images: the operand of the
   * reshape that made it so, or a reshape of it.
   */
  private static Optional<Function<Draft, String>> perChannel(
      String value, Shape image, Wiring wiring) {
    Dim channels = image.dim(1);
    Shape shape = wiring.shape(value);
    int axis = shape.rank() - image.rank() + 1;
    if (axis < 0 || shape.rank() > image.rank()) {
      return Optional.empty();
    }
    for (int i = 0; i < shape.rank(); i++) {
      if (!shape.dim(i).equals(i == axis ? channels : Dim.of(1))) {
        return Optional.empty();
      }
    }
    Shape vector = new Shape(List.of(channels));
    if (shape.equals(vector)) {
      return Optional.of(draft -> value);
    }
    Optional<String> source =
        wiring
            .producer(value, Operator.RESHAPE, Operator.UNSQUEEZE)
            .map(node -> node.inputs().get(0))
            .filter(name -> wiring.shape(name).equals(vector));
    if (source.isPresent()) {
      return Optional.of(draft -> source.get());
    }
    return Optional.of(
        draft ->
            draft.add(
                value + "/channels",
                Operator.RESHAPE,
                Attributes.none(),
                value,
                draft.integers(value + "/channels/shape", channels.constant())));
  }
}
