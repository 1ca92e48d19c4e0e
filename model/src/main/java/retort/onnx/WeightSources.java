package retort.onnx;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;

/** From which initialisers the operands of a graph's nodes come, and through which nodes. */
final class WeightSources {
  /** Nodes through which a weight is still the same weight, rearranged. */
  private static final Set<Operator> VIEWS =
      Set.of(
          Operator.TRANSPOSE,
          Operator.RESHAPE,
          Operator.CAST,
          Operator.IDENTITY,
          Operator.UNSQUEEZE,
          Operator.SQUEEZE,
          Operator.FLATTEN,
          Operator.EXPAND);

  /** Nodes after which an added vector is a bias. */
  private static final Set<Operator> WEIGHTED =
      Set.of(
          Operator.CONV,
          Operator.CONV_TRANSPOSE,
          Operator.MAT_MUL,
          Operator.GEMM,
          Operator.INSTANCE_NORMALIZATION);

  /** What an exporter calls a number that the network does not name. */
  private static final Pattern UNNAMED = Pattern.compile("val_\\d+");

  /** A weight further from where it is used is taken for a number of a formula. */
  private static final int MOST_VIEWS = 32;

  private static final int MOST_GROUPS = 1 << 14;

  private final Graph graph;
  private final Set<String> initializers;
  private final Map<String, Node> producers = new HashMap<>();
  private final Set<String> computed = new HashSet<>();

  WeightSources(Graph graph, Set<String> initializers) {
    this.graph = graph;
    this.initializers = initializers;
    graph.inputs().forEach(input -> computed.add(input.name()));
    for (Node node : graph.nodes()) {
      node.outputs().forEach(name -> producers.put(name, node));
      if (node.inputs().stream().anyMatch(computed::contains)) {
        computed.addAll(node.outputs());
      }
    }
  }

  /** The node that computes a value, if one does. */
  Optional<Node> producer(String name) {
    return Optional.ofNullable(producers.get(name));
  }

  /** Whether a value depends on an input. */
  boolean isComputed(String name) {
    return computed.contains(name);
  }

  /**
   * The initialiser that an operand is, or those that it is computed from, if no input is among
   * them.
   */
  Set<String> sources(String name) {
    Set<String> found = new LinkedHashSet<>();
    weight(name).ifPresent(found::add);
    if (!found.isEmpty() || computed.contains(name)) {
      return found;
    }
    Deque<String> open = new ArrayDeque<>(List.of(name));
    Set<String> seen = new HashSet<>();
    while (!open.isEmpty()) {
      String next = open.pop();
      Node node = producers.get(next);
      if (node != null && seen.add(next)) {
        open.addAll(node.inputs());
      } else if (node == null) {
        weight(next).filter(this::isNamed).ifPresent(found::add);
      }
    }
    return found;
  }

  /** Whether an initialiser has more than one number, and its name from the network. */
  boolean isNamed(String weight) {
    return value(weight).elements() > 1 && !UNNAMED.matcher(weight).matches();
  }

  /** Whether a name is an exporter's own. */
  static boolean isUnnamed(String weight) {
    return UNNAMED.matcher(weight).matches();
  }

  /** Whether a value is the norm of another, or its reciprocal. */
  boolean isNorm(String name) {
    Node node = producers.get(name);
    while (node != null && (VIEWS.contains(node.operator()) || node.operator() == Operator.CLIP)) {
      node = producers.get(node.inputs().get(0));
    }
    return node != null
        && Set.of(Operator.SQRT, Operator.RECIPROCAL, Operator.REDUCE_L2).contains(node.operator());
  }

  /** Whether a weight has one axis that is longer than 1, at most. */
  boolean isVector(String weight) {
    int[] shape = value(weight).shape();
    int wide = 0;
    for (int dim : shape) {
      wide += dim > 1 ? 1 : 0;
    }
    return shape.length > 0 && wide <= 1;
  }

  /** The weighted node behind a value, through rearrangements and, for a bias, a scale. */
  Optional<Node> source(String name, boolean scale) {
    Node node = producers.get(name);
    int views = 0;
    while (node != null && !WEIGHTED.contains(node.operator())) {
      if (++views > MOST_VIEWS) {
        return Optional.empty();
      }
      if (VIEWS.contains(node.operator())) {
        node = producers.get(node.inputs().get(0));
      } else if (node.operator() == Operator.CONCAT) {
        List<String> parts = node.inputs();
        node = producers.get(parts.get(parts.size() - 1));
      } else if (node.operator() == Operator.ADD && beside(node).isPresent()) {
        node = producers.get(beside(node).get());
      } else if (!scale && node.operator() == Operator.MUL) {
        Node left = producers.get(node.inputs().get(0));
        node = left == null ? producers.get(node.inputs().get(1)) : left;
        return Optional.ofNullable(node)
            .flatMap(n -> source(n.outputs().get(0), true))
            .filter(n -> n.operator() == Operator.INSTANCE_NORMALIZATION);
      } else {
        return Optional.empty();
      }
    }
    return Optional.ofNullable(node);
  }

  /** What a sum adds to a weight, where it does. */
  private Optional<String> beside(Node sum) {
    for (int i = 0; i < 2; i++) {
      if (weight(sum.inputs().get(i)).isPresent()) {
        return Optional.of(sum.inputs().get(1 - i));
      }
    }
    return Optional.empty();
  }

  /** Whether a weight holds one number everywhere. */
  boolean isFilled(String name, double number) {
    return weight(name)
        .filter(w -> value(w).elements() <= MOST_GROUPS)
        .map(w -> java.util.Arrays.stream(value(w).reals()).allMatch(x -> x == number))
        .orElse(false);
  }

  /** The real-valued initialiser behind an operand, if there is one. */
  Optional<String> weight(String name) {
    int views = 0;
    String current = name;
    while (!initializers.contains(current)) {
      Node node = producers.get(current);
      if (node == null || !VIEWS.contains(node.operator()) || ++views > MOST_VIEWS) {
        return Optional.empty();
      }
      current = node.inputs().get(0);
    }
    return Optional.of(current)
        .filter(w -> graph.weights().containsKey(w))
        .filter(w -> value(w).type().isFloating());
  }

  Tensor value(String weight) {
    return Objects.requireNonNull(graph.weights().get(weight)).value();
  }
}
