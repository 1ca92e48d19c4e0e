package retort.onnx;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Weight;

/**
 * Recognises the parameters of a file that does not name them: real-valued initialisers that are
 * weight, bias or scale of a convolution, a matrix product or a normalisation, or a table of
 * embeddings. Running statistics of batch normalisation become buffers; the rest stays constant.
 */
final class LearntWeights {
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

  /** A weight further from where it is used is taken for a number of a formula. */
  private static final int MOST_VIEWS = 32;

  private static final int MOST_GROUPS = 1 << 14;

  private final Graph graph;
  private final Set<String> initializers;
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, Weight.Role> roles = new HashMap<>();

  private LearntWeights(Graph graph, Set<String> initializers) {
    this.graph = graph;
    this.initializers = initializers;
    graph.nodes().forEach(node -> node.outputs().forEach(name -> producers.put(name, node)));
  }

  /**
   * The graph with roles.
   *
   * @param graph a graph of which every weight is a constant
   * @param initializers the weights that may be learnt; others were constants in the file
   */
  static Graph recognise(Graph graph, Set<String> initializers) {
    LearntWeights learnt = new LearntWeights(graph, initializers);
    graph.nodes().forEach(learnt::look);
    Map<String, Weight> weights = new LinkedHashMap<>();
    graph
        .weights()
        .forEach(
            (name, weight) ->
                weights.put(
                    name,
                    new Weight(weight.value(), learnt.roles.getOrDefault(name, weight.role()))));
    return new Graph(graph.inputs(), weights, graph.nodes(), graph.outputs());
  }

  private void look(Node node) {
    switch (node.operator()) {
      case CONV, CONV_TRANSPOSE, GEMM, LAYER_NORMALIZATION, GROUP_NORMALIZATION, GROUP_NORM ->
          mark(node, 1, 2);
      case MAT_MUL -> mark(node, 0, 1);
      case P_RELU -> mark(node, 1);
      case BATCH_NORMALIZATION -> {
        mark(node, 1, 2);
        for (int i = 3; i < node.inputs().size(); i++) {
          weight(node.inputs().get(i)).ifPresent(w -> roles.putIfAbsent(w, Weight.Role.BUFFER));
        }
      }
      case INSTANCE_NORMALIZATION -> {
        if (!isPartOfGroupNorm(node)) {
          mark(node, 1, 2);
        }
      }
      case GATHER -> {
        boolean table =
            node.attributes().integer("axis", 0) == 0
                && weight(node.inputs().get(0)).map(w -> value(w).rank() > 1).orElse(false);
        if (table) {
          mark(node, 0);
        }
      }
      case ADD -> bias(node, false);
      case MUL -> bias(node, true);
      default -> {
        // Weights of other operators are numbers of a formula.
      }
    }
  }

  private void mark(Node node, int... operands) {
    for (int i : operands) {
      if (i < node.inputs().size()) {
        weight(node.inputs().get(i)).ifPresent(w -> roles.put(w, Weight.Role.PARAMETER));
      }
    }
  }

  /** A vector added to the result of a weighted node, or that scales a normalised one. */
  private void bias(Node node, boolean scale) {
    for (int i = 0; i < 2; i++) {
      Optional<String> vector = weight(node.inputs().get(i)).filter(this::isVector);
      Optional<Node> before = source(node.inputs().get(1 - i), scale);
      boolean fits =
          before.filter(n -> !scale || n.operator() == Operator.INSTANCE_NORMALIZATION).isPresent();
      if (vector.isPresent() && fits) {
        roles.put(vector.get(), Weight.Role.PARAMETER);
      }
    }
  }

  private boolean isVector(String weight) {
    int[] shape = value(weight).shape();
    int wide = 0;
    for (int dim : shape) {
      wide += dim > 1 ? 1 : 0;
    }
    return shape.length > 0 && wide <= 1;
  }

  /** The weighted node behind a value, through rearrangements and, for a bias, a scale. */
  private Optional<Node> source(String name, boolean scale) {
    Node node = producers.get(name);
    int views = 0;
    while (node != null && !WEIGHTED.contains(node.operator())) {
      if (++views > MOST_VIEWS) {
        return Optional.empty();
      }
      if (VIEWS.contains(node.operator())) {
        node = producers.get(node.inputs().get(0));
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

  /** Whether scale and bias are the ones and zeros around which a group norm is spelt out. */
  private boolean isPartOfGroupNorm(Node node) {
    Node before = producers.get(node.inputs().get(0));
    return before != null
        && before.operator() == Operator.RESHAPE
        && isFilled(node.inputs().get(1), 1)
        && isFilled(node.inputs().get(2), 0);
  }

  private boolean isFilled(String name, double number) {
    return weight(name)
        .filter(w -> value(w).elements() <= MOST_GROUPS)
        .map(w -> java.util.Arrays.stream(value(w).reals()).allMatch(x -> x == number))
        .orElse(false);
  }

  /** The real-valued initialiser behind an operand, if there is one. */
  private Optional<String> weight(String name) {
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

  private Tensor value(String weight) {
    return Objects.requireNonNull(graph.weights().get(weight)).value();
  }
}
