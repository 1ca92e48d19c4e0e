package retort.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** Who computes and who uses each value of a graph, and what is known of it. */
final class Wiring {
  /** Numbers that exporters wrote as float32 are recognised within this relative difference. */
  private static final double ROUND_OFF = 1e-6;

  private static final double HALF_ROUND_OFF = 0x1p-11;
  private static final double BFLOAT_ROUND_OFF = 0x1p-8;

  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, Set<Node>> users = new HashMap<>();
  private final Set<String> outputs;
  private final Types types;

  Wiring(Graph graph) {
    types = Types.of(graph);
    outputs = new HashSet<>(graph.outputs());
    for (Node node : graph.nodes()) {
      node.outputs().forEach(name -> producers.put(name, node));
      node.inputs().forEach(name -> users.computeIfAbsent(name, n -> new HashSet<>()).add(node));
    }
  }

  /** The node that computes a value, if it applies one of the operators. */
  Optional<Node> producer(String name, Operator... operators) {
    return Optional.ofNullable(producers.get(name))
        .filter(node -> Arrays.asList(operators).contains(node.operator()));
  }

  /** Whether no node outside a set, nor the caller of the graph, sees what the set computes. */
  boolean isClosed(Set<Node> inside, Node last) {
    for (Node node : inside) {
      for (String name : node.outputs()) {
        boolean seen = outputs.contains(name) || !inside.containsAll(users(name));
        if (!node.equals(last) && seen) {
          return false;
        }
      }
    }
    return true;
  }

  private Set<Node> users(String name) {
    return users.getOrDefault(name, Set.of());
  }

  TensorType type(String name) {
    return types.type(name);
  }

  Shape shape(String name) {
    return types.type(name).shape();
  }

  /** The number that a value is known to be: one element, or many equal ones. */
  OptionalDouble number(String name) {
    Optional<Tensor> constant = types.constant(name);
    if (constant.isEmpty() || constant.get().elements() == 0) {
      return OptionalDouble.empty();
    }
    double[] values = constant.get().reals();
    for (double value : values) {
      if (value != values[0]) {
        return OptionalDouble.empty();
      }
    }
    return OptionalDouble.of(values[0]);
  }

  /** A number of one element, which broadcasts over everything. */
  OptionalDouble scalar(String name) {
    boolean single = shape(name).dims().stream().allMatch(Dim.of(1)::equals);
    return single ? number(name) : OptionalDouble.empty();
  }

  /** Whether a value is known and equal to a number everywhere, up to the rounding of its type. */
  boolean is(String name, double expected) {
    OptionalDouble value = number(name);
    if (value.isEmpty()) {
      return false;
    }
    double roundOff =
        switch (type(name).type()) {
          case FLOAT16 -> HALF_ROUND_OFF;
          case BFLOAT16 -> BFLOAT_ROUND_OFF;
          default -> ROUND_OFF;
        };
    return Math.abs(value.getAsDouble() - expected) <= roundOff * Math.abs(expected);
  }

  static boolean near(double value, double expected) {
    return Math.abs(value - expected) <= ROUND_OFF * Math.abs(expected);
  }

  /** The integers of an operand, where it is given and known. */
  Optional<long[]> integers(Node node, int operand) {
    if (node.inputs().size() <= operand || node.inputs().get(operand).isEmpty()) {
      return Optional.empty();
    }
    return types.constant(node.inputs().get(operand)).map(Tensor::integers);
  }

  /** The other operand of a node with two. */
  static String other(Node node, String operand) {
    List<String> inputs = node.inputs();
    return inputs.get(0).equals(operand) ? inputs.get(1) : inputs.get(0);
  }

  static String result(Node node) {
    return node.outputs().get(0);
  }
}
