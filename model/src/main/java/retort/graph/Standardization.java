package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A value brought to mean 0 and variance 1 over its last axes: {@code (x - mean) / sqrt(variance +
 * epsilon)}, in one node or in many.
 *
 * @param x what is normalised
 * @param axis the first of the axes over which mean and variance are taken; the rest follow
 * @param epsilon what is added to the variance
 * @param inside the nodes that compute it
 */
record Standardization(String x, int axis, double epsilon, List<Node> inside) {

  /** The standardisation that computes a value, if one does. */
  static Optional<Standardization> of(String value, Wiring wiring) {
    Optional<Node> node =
        wiring.producer(value, Operator.INSTANCE_NORMALIZATION, Operator.DIV, Operator.MUL);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    Optional<Standardization> found = ending(node.get(), wiring);
    return found.filter(inner -> wiring.shape(inner.x()).equals(wiring.shape(value)));
  }

  private static Optional<Standardization> ending(Node node, Wiring wiring) {
    return switch (node.operator()) {
      case INSTANCE_NORMALIZATION -> instance(node, wiring);
      case DIV -> {
        String centred = node.inputs().get(0);
        String deviation = node.inputs().get(1);
        yield spelt(List.of(node), centred, deviation, Operator.SQRT, wiring);
      }
      default -> reciprocal(node, wiring);
    };
  }

  private static Optional<Standardization> instance(Node node, Wiring wiring) {
    if (node.inputs().size() < 3
        || !wiring.is(node.inputs().get(1), 1)
        || !isZero(node.inputs().get(2), wiring)) {
      return Optional.empty();
    }
    double epsilon = node.attributes().real("epsilon", 1e-5);
    return Optional.of(new Standardization(node.inputs().get(0), 2, epsilon, List.of(node)));
  }

  private static boolean isZero(String name, Wiring wiring) {
    OptionalDouble value = wiring.number(name);
    return value.isPresent() && value.getAsDouble() == 0;
  }

  private static Optional<Standardization> reciprocal(Node product, Wiring wiring) {
    for (String factor : product.inputs()) {
      String centred = Wiring.other(product, factor);
      Optional<Node> inverse = wiring.producer(factor, Operator.RECIPROCAL);
      Optional<Standardization> found = Optional.empty();
      if (inverse.isPresent()) {
        List<Node> inside = List.of(product, inverse.get());
        found = spelt(inside, centred, inverse.get().inputs().get(0), Operator.SQRT, wiring);
      } else {
        Optional<Node> root = wiring.producer(factor, Operator.POW);
        if (root.isPresent() && wiring.is(root.get().inputs().get(1), -0.5)) {
          found = spelt(List.of(product), centred, factor, Operator.POW, wiring);
        }
      }
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<Standardization> spelt(
      List<Node> end, String centred, String deviation, Operator rootOperator, Wiring wiring) {
    Optional<Node> root = wiring.producer(deviation, rootOperator);
    Optional<Node> sum = root.flatMap(node -> wiring.producer(node.inputs().get(0), Operator.ADD));
    Optional<Node> difference = wiring.producer(centred, Operator.SUB);
    if (sum.isEmpty() || difference.isEmpty()) {
      return Optional.empty();
    }
    for (String term : sum.get().inputs()) {
      OptionalDouble epsilon = wiring.scalar(Wiring.other(sum.get(), term));
      Optional<Node> variance = wiring.producer(term, Operator.REDUCE_MEAN);
      String x = difference.get().inputs().get(0);
      Optional<Node> mean =
          wiring
              .producer(difference.get().inputs().get(1), Operator.REDUCE_MEAN)
              .filter(node -> node.inputs().get(0).equals(x));
      if (epsilon.isEmpty() || variance.isEmpty() || mean.isEmpty()) {
        continue;
      }
      Optional<Node> square = square(variance.get().inputs().get(0), x, mean.get(), wiring);
      Optional<Integer> axis = lastAxes(mean.get(), wiring);
      if (square.isPresent() && axis.isPresent() && axis.equals(lastAxes(variance.get(), wiring))) {
        List<Node> inside = new ArrayList<>(end);
        inside.addAll(List.of(root.get(), sum.get(), variance.get(), square.get()));
        inside.addAll(List.of(difference.get(), mean.get()));
        difference(square.get().inputs().get(0), wiring).ifPresent(inside::add);
        return Optional.of(
            new Standardization(x, axis.get(), decimal(epsilon.getAsDouble()), inside));
      }
    }
    return Optional.empty();
  }

  /** The node that squares {@code x - mean}, which some exporters compute a second time. */
  private static Optional<Node> square(String value, String x, Node mean, Wiring wiring) {
    Optional<Node> node = wiring.producer(value, Operator.POW, Operator.MUL);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    List<String> inputs = node.get().inputs();
    boolean squares =
        node.get().operator() == Operator.POW
            ? wiring.is(inputs.get(1), 2)
            : inputs.get(0).equals(inputs.get(1));
    List<String> expected = List.of(x, Wiring.result(mean));
    return node.filter(
        n ->
            squares
                && difference(inputs.get(0), wiring)
                    .map(sub -> sub.inputs().equals(expected))
                    .orElse(false));
  }

  private static Optional<Node> difference(String value, Wiring wiring) {
    return wiring.producer(value, Operator.SUB);
  }

  /** The first axis of a reduction that keeps its axes, where these are all from it on. */
  private static Optional<Integer> lastAxes(Node reduction, Wiring wiring) {
    Optional<long[]> axes = wiring.integers(reduction, 1);
    if (axes.isEmpty() || reduction.attributes().integer("keepdims", 1) == 0) {
      return Optional.empty();
    }
    int rank = wiring.shape(reduction.inputs().get(0)).rank();
    long[] sorted = Arrays.stream(axes.get()).map(a -> a < 0 ? a + rank : a).sorted().toArray();
    for (int i = 0; i < sorted.length; i++) {
      if (sorted[i] != rank - sorted.length + i) {
        return Optional.empty();
      }
    }
    return sorted.length == 0 ? Optional.empty() : Optional.of((int) sorted[0]);
  }

  /** The decimal number that a float32 stands for: 1e-5, not 9.999999747378752e-6. */
  static double decimal(double value) {
    return Double.parseDouble(Float.toString((float) value));
  }
}
