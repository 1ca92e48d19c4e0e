package retort.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Removes nodes that pass their first operand on. */
final class Bypass {
  private Bypass() {}

  /**
   * Connects the users of every selected node to the node's first operand. Where the node's result
   * is a result of the graph, an Identity keeps its name.
   */
  static Graph of(Graph graph, Predicate<Node> selected) {
    if (graph.nodes().stream().noneMatch(selected)) {
      return graph;
    }
    Set<String> outputs = new HashSet<>(graph.outputs());
    Map<String, String> sources = new HashMap<>();
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      List<String> inputs =
          node.inputs().stream().map(name -> sources.getOrDefault(name, name)).toList();
      if (!selected.test(node)) {
        nodes.add(new Node(node.operator(), node.attributes(), inputs, node.outputs()));
      } else if (outputs.contains(node.outputs().get(0))) {
        nodes.add(
            new Node(
                Operator.IDENTITY,
                Attributes.none(),
                List.of(inputs.get(0)),
                List.of(node.outputs().get(0))));
      } else {
        sources.put(node.outputs().get(0), inputs.get(0));
      }
    }
    return new Graph(graph.inputs(), graph.weights(), nodes, graph.outputs());
  }
}
