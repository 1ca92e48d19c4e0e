package retort.exporter.deploy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;

/**
 * Mixes channels before pixels are repeated, not after: a 1x1 convolution of an image enlarged by
 * nearest neighbours is the enlarged convolution of the image, at a quarter of the work.
 */
final class ProjectionFirst {
  private ProjectionFirst() {}

  static Graph apply(Graph graph) {
    Uses uses = new Uses(graph);
    Map<Node, Node> enlargements = new HashMap<>();
    for (Node node : graph.nodes()) {
      enlargement(node, uses).ifPresent(resize -> enlargements.put(node, resize));
    }
    Set<Node> moved = new HashSet<>(enlargements.values());
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Node resize = enlargements.get(node);
      if (resize != null) {
        String projected = Uses.beside(Uses.result(node), "projected");
        nodes.add(
            new Node(
                node.operator(),
                node.attributes(),
                withFirst(node, Uses.first(resize)),
                List.of(projected)));
        nodes.add(
            new Node(
                resize.operator(),
                resize.attributes(),
                withFirst(resize, projected),
                node.outputs()));
      } else if (!moved.contains(node)) {
        nodes.add(node);
      }
    }
    return new Graph(graph.inputs(), graph.weights(), nodes, graph.outputs());
  }

  private static List<String> withFirst(Node node, String operand) {
    List<String> operands = new ArrayList<>(node.inputs());
    operands.set(0, operand);
    return operands;
  }

  /** The enlargement before a 1x1 convolution. */
  private static Optional<Node> enlargement(Node conv, Uses uses) {
    if (conv.operator() != Operator.CONV || !isPointwise(conv, uses)) {
      return Optional.empty();
    }
    return uses.only(Uses.first(conv), Operator.RESIZE)
        .filter(resize -> resize.attributes().text("mode", "nearest").equals("nearest"))
        .filter(resize -> resize.attributes().integers("axes").length == 0)
        .filter(resize -> resize.inputs().size() == 3 && enlarges(resize, uses));
  }

  private static boolean isPointwise(Node conv, Uses uses) {
    long[] ones = {1, 1};
    return uses.floats(conv.inputs().get(1))
            .filter(weight -> weight.rank() == 4 && weight.dim(2) == 1 && weight.dim(3) == 1)
            .isPresent()
        && Arrays.equals(conv.attributes().integers("strides", ones), ones)
        && Arrays.stream(conv.attributes().integers("pads")).allMatch(pad -> pad == 0);
  }

  /** Images, and not channels. */
  private static boolean enlarges(Node resize, Uses uses) {
    Optional<Tensor> scales = uses.floats(resize.inputs().get(2));
    return scales
        .map(Tensor::floats)
        .filter(scale -> scale.length == 4 && scale[0] == 1 && scale[1] == 1)
        .filter(scale -> scale[2] >= 1 && scale[3] >= 1)
        .isPresent();
  }
}
