package retort.exporter.deploy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Weight;

/** Who computes and who uses each value of a graph. */
final class Uses {
  private static final String SEPARATOR = "/deployed/";

  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, Set<Node>> users = new HashMap<>();
  private final Set<String> outputs;
  private final Map<String, Weight> weights;

  Uses(Graph graph) {
    outputs = new HashSet<>(graph.outputs());
    weights = graph.weights();
    for (Node node : graph.nodes()) {
      node.outputs().forEach(name -> producers.put(name, node));
      node.inputs().forEach(name -> users.computeIfAbsent(name, n -> new HashSet<>()).add(node));
    }
  }

  /** The node that computes a value, if it applies the operator. */
  Optional<Node> producer(String name, Operator operator) {
    return Optional.ofNullable(producers.get(name)).filter(node -> node.operator() == operator);
  }

  /** Likewise, if nobody else sees the value. */
  Optional<Node> only(String name, Operator operator) {
    return producer(name, operator).filter(node -> isUsedOnce(name));
  }

  /** Whether one node uses a value, and the caller of the graph does not see it. */
  boolean isUsedOnce(String name) {
    return !outputs.contains(name) && users(name).size() == 1;
  }

  /** The nodes that use a value. */
  Set<Node> users(String name) {
    return users.getOrDefault(name, Set.of());
  }

  /** A value known beforehand. */
  Optional<Tensor> constant(String name) {
    return Optional.ofNullable(weights.get(name)).map(Weight::value);
  }

  /** A float32 value known beforehand. */
  Optional<Tensor> floats(String name) {
    return constant(name).filter(value -> value.type() == DataType.FLOAT32);
  }

  /** Whether a value is known to be these integers. */
  boolean is(String name, long... expected) {
    return constant(name)
        .filter(value -> !value.type().isFloating())
        .map(value -> Arrays.equals(value.integers(), expected))
        .orElse(false);
  }

  /** The first operand of a node. */
  static String first(Node node) {
    return node.inputs().get(0);
  }

  /** The result of a node. */
  static String result(Node node) {
    return node.outputs().get(0);
  }

  /** The name of a new value beside {@code result}. */
  static String beside(String result, String what) {
    return result + SEPARATOR + what;
  }

  /** Whether a graph has names such as {@link #beside} makes, with which they could clash. */
  static boolean hasOurNames(Graph graph) {
    return graph.weights().keySet().stream().anyMatch(name -> name.contains(SEPARATOR))
        || graph.nodes().stream()
            .flatMap(node -> node.outputs().stream())
            .anyMatch(name -> name.contains(SEPARATOR));
  }

  /** The other of two operands. */
  static String other(Node node, String operand) {
    List<String> inputs = node.inputs();
    return inputs.get(0).equals(operand) ? inputs.get(1) : inputs.get(0);
  }
}
