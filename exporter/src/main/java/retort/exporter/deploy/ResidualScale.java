package retort.exporter.deploy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import retort.graph.Attributes;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;

/**
 * Moves the factor of a residual sum of two convolutions, {@code (a + b) * s}, into their weights.
 * The runtime adds within a convolution, but multiplies in a pass of its own.
 */
final class ResidualScale {
  private ResidualScale() {}

  static Graph fold(Graph graph) {
    Uses uses = new Uses(graph);
    Map<String, Tensor> scaled = new HashMap<>();
    Set<Node> sums = new HashSet<>();
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Optional<Node> sum = sum(node, uses);
      if (sum.isPresent()) {
        float factor = factor(node, uses).orElseThrow();
        for (String term : sum.get().inputs()) {
          Node conv = uses.producer(term, Operator.CONV).orElseThrow();
          for (String weight : conv.inputs().subList(1, conv.inputs().size())) {
            scaled.put(weight, times(uses.floats(weight).orElseThrow(), factor));
          }
        }
        sums.add(sum.get());
        nodes.add(new Node(Operator.ADD, Attributes.none(), sum.get().inputs(), node.outputs()));
      } else {
        nodes.add(node);
      }
    }
    nodes.removeIf(sums::contains);
    return graph.withNodes(nodes).withWeights(scaled);
  }

  /** The sum of two convolutions that a node scales, where nobody else sees any of the three. */
  private static Optional<Node> sum(Node scale, Uses uses) {
    if (scale.operator() != Operator.MUL || factor(scale, uses).isEmpty()) {
      return Optional.empty();
    }
    return scale.inputs().stream()
        .flatMap(name -> uses.only(name, Operator.ADD).stream())
        .filter(sum -> !sum.inputs().get(0).equals(sum.inputs().get(1)))
        .filter(sum -> sum.inputs().stream().allMatch(term -> isOwnConvolution(term, uses)))
        .findFirst();
  }

  private static boolean isOwnConvolution(String name, Uses uses) {
    return uses.only(name, Operator.CONV)
        .filter(
            conv ->
                conv.inputs().stream()
                    .skip(1)
                    .allMatch(weight -> uses.floats(weight).isPresent() && uses.isUsedOnce(weight)))
        .isPresent();
  }

  /** The number that a node multiplies by. */
  private static Optional<Float> factor(Node node, Uses uses) {
    return node.inputs().stream()
        .flatMap(name -> uses.floats(name).stream())
        .filter(value -> value.elements() == 1 && value.rank() <= 1)
        .map(value -> value.floats()[0])
        .findFirst();
  }

  private static Tensor times(Tensor tensor, float factor) {
    float[] values = tensor.floats().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return Tensor.floats(tensor.shape(), values);
  }
}
