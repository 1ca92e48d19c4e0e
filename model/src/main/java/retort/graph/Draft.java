package retort.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph while it is rewritten: starts with the inputs and weights of the old one and no nodes.
 * New values get names derived from the value they serve, so that the same rewrite of the same
 * graph yields the same names.
 */
final class Draft {
  private final Graph old;
  private final List<Graph.Input> inputs;
  private final Map<String, Weight> weights;
  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  Draft(Graph old) {
    this.old = old;
    inputs = new ArrayList<>(old.inputs());
    weights = new LinkedHashMap<>(old.weights());
    inputs.forEach(input -> names.add(input.name()));
    names.addAll(weights.keySet());
    old.nodes().forEach(node -> names.addAll(node.outputs()));
  }

  /** A name that no value has: {@code stem}, with a number where it is taken. */
  String fresh(String stem) {
    String name = stem;
    for (int i = 1; !names.add(name); i++) {
      name = stem + "_" + i;
    }
    return name;
  }

  /** Adds a constant and returns its name. */
  String constant(String stem, Tensor value) {
    String name = fresh(stem);
    weights.put(name, Weight.constant(value));
    return name;
  }

  /** Adds a one-dimensional int64 constant and returns its name. */
  String integers(String stem, long... values) {
    return constant(stem, Tensor.vector(values));
  }

  /** Removes an input and defines a constant instead. */
  void fix(String input, String constant, Tensor value) {
    inputs.removeIf(candidate -> candidate.name().equals(input));
    weights.put(constant, Weight.constant(value));
  }

  /** Defines a value as a constant that a node of the old graph computed. */
  void define(String name, Tensor value) {
    weights.put(name, Weight.constant(value));
  }

  /** Adds a node with one result of a new name, which it returns. */
  String add(String stem, Operator operator, Attributes attributes, String... operands) {
    String name = fresh(stem);
    append(new Node(operator, attributes, List.of(operands), List.of(name)));
    return name;
  }

  /** Adds a node that defines {@code result}, a name of the old graph. */
  void result(String result, Operator operator, Attributes attributes, String... operands) {
    append(new Node(operator, attributes, List.of(operands), List.of(result)));
  }

  void append(Node node) {
    nodes.add(node);
  }

  /** The new graph, with every weight. */
  Graph build() {
    return new Graph(inputs, weights, nodes, old.outputs());
  }
}
