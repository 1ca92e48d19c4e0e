package retort.onnx;

import java.util.ArrayDeque;
import java.util.Arrays;
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
          Operator.EXPAND,
          Operator.SPLIT,
          Operator.SLICE);

  /** Nodes through which what is added or multiplied stays a part of a score or an angle. */
  private static final Set<Operator> TERMS =
      Set.of(Operator.ADD, Operator.SUB, Operator.MUL, Operator.DIV);

  /** Nodes whose operand is a score or an angle: what is added to it is a mask or a phase. */
  private static final Set<Operator> SCORED = Set.of(Operator.SOFTMAX, Operator.SIN, Operator.COS);

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

  /** The singular vectors of a weight, as PyTorch names them. */
  private static final Pattern ITERATE = Pattern.compile(".*_[uv]");

  /** What a network calls its own: the path of a module, as in {@code blocks.0.gain}. */
  private static final Pattern PATH = Pattern.compile("[A-Za-z_]\\w*(\\.\\w+)+");

  /** A weight further from where it is used is taken for a number of a formula. */
  private static final int MOST_VIEWS = 32;

  private static final int MOST_GROUPS = 1 << 14;

  private final Graph graph;
  private final Set<String> initializers;
  private final Map<String, Node> producers = new HashMap<>();
  private final Set<String> computed = new HashSet<>();
  private final Set<String> made = new HashSet<>();
  private final Set<String> scores = new HashSet<>();

  WeightSources(Graph graph, Set<String> initializers) {
    this.graph = graph;
    this.initializers = initializers;
    graph.inputs().forEach(input -> computed.add(input.name()));
    for (Node node : graph.nodes()) {
      node.outputs().forEach(name -> producers.put(name, node));
      if (node.inputs().stream().anyMatch(computed::contains)) {
        computed.addAll(node.outputs());
      }
      boolean weighted = WEIGHTED.contains(node.operator()) || isTable(node);
      if (weighted || node.inputs().stream().anyMatch(made::contains)) {
        made.addAll(node.outputs());
      }
    }
    for (int i = graph.nodes().size() - 1; i >= 0; i--) {
      Node node = graph.nodes().get(i);
      if (SCORED.contains(node.operator())) {
        scores.add(node.inputs().get(0));
      } else if (node.outputs().stream().anyMatch(scores::contains)) {
        if (TERMS.contains(node.operator())) {
          scores.addAll(node.inputs());
        } else if (VIEWS.contains(node.operator())) {
          scores.add(node.inputs().get(0));
        }
      }
    }
  }

  /** Whether a node takes rows out of a table of weights. */
  boolean isTable(Node node) {
    return node.operator() == Operator.GATHER
        && node.attributes().integer("axis", 0) == 0
        && weight(node.inputs().get(0)).map(w -> value(w).rank() > 1).orElse(false);
  }

  /** Whether a node with weights is among those that compute a value. */
  boolean isMade(String name) {
    return made.contains(name);
  }

  /** Whether a value is a score or an angle, or a term of one. */
  boolean isScore(String name) {
    return scores.contains(name);
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
    weight(name).filter(w -> !isIterate(w)).ifPresent(found::add);
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
        weight(next).filter(w -> isNamed(w) && !isIterate(w)).ifPresent(found::add);
      }
    }
    return found;
  }

  /** Whether a weight is what spectral normalisation keeps of its power iteration. */
  private boolean isIterate(String weight) {
    return value(weight).rank() == 1 && ITERATE.matcher(weight).matches();
  }

  /** Whether an initialiser has more than one number, and its name from the network. */
  boolean isNamed(String weight) {
    return value(weight).elements() > 1 && !UNNAMED.matcher(weight).matches();
  }

  /** Whether an operand is a weight whose name is an exporter's own. */
  boolean isUnnamed(String operand) {
    return weight(operand).filter(w -> UNNAMED.matcher(w).matches()).isPresent();
  }

  /** Whether an initialiser has a path for a name, be it a single number. */
  static boolean isPath(String weight) {
    return PATH.matcher(weight).matches();
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
        .map(w -> Arrays.stream(value(w).reals()).allMatch(x -> x == number))
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
