package retort.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What autograd keeps of a graph between the forward and the backward pass: for each operator the
 * values that its derivative is written in. A convolution keeps its input even where its weight is
 * frozen, because PyTorch has one derivative for both.
 */
final class KeptValues {
  /** Operators whose result is a view of their first operand, in the same memory. */
  private static final Set<Operator> VIEWS =
      Set.of(
          Operator.IDENTITY,
          Operator.RESHAPE,
          Operator.FLATTEN,
          Operator.SQUEEZE,
          Operator.UNSQUEEZE,
          Operator.TRANSPOSE,
          Operator.SPLIT,
          Operator.SLICE,
          Operator.EXPAND);

  /** Operators that are linear in one operand: nothing of it is needed. */
  private static final Set<Operator> LINEAR =
      Set.of(
          Operator.ADD,
          Operator.SUB,
          Operator.NEG,
          Operator.SUM,
          Operator.MEAN,
          Operator.CONCAT,
          Operator.CAST,
          Operator.PAD,
          Operator.TILE,
          Operator.RESIZE,
          Operator.AVERAGE_POOL,
          Operator.GLOBAL_AVERAGE_POOL,
          Operator.REDUCE_SUM,
          Operator.REDUCE_MEAN,
          Operator.DEPTH_TO_SPACE,
          Operator.SPACE_TO_DEPTH,
          Operator.CUM_SUM);

  /** Operators whose derivative is written in their result. */
  private static final Set<Operator> BY_RESULT =
      Set.of(
          Operator.RELU,
          Operator.SIGMOID,
          Operator.TANH,
          Operator.EXP,
          Operator.SQRT,
          Operator.RECIPROCAL,
          Operator.SOFTMAX,
          Operator.LOG_SOFTMAX);

  /** Operators of two operands, of which the derivative by one is written in the other. */
  private static final Set<Operator> PRODUCTS =
      Set.of(Operator.MUL, Operator.MAT_MUL, Operator.GEMM);

  private final Graph graph;
  private final Types types;

  /** Values that a gradient is needed of. */
  private final Set<String> needed;

  /** The value whose memory a view shows. */
  private final Map<String, String> memory = new HashMap<>();

  /** What each node keeps, by the value that owns the memory. */
  private final List<Set<String>> kept = new ArrayList<>();

  /**
   * Walks a graph.
   *
   * @param sources the weights that learn, and inputs whose gradient is asked for
   */
  KeptValues(Graph graph, Types types, Set<String> sources) {
    this.graph = graph;
    this.types = types;
    needed = new HashSet<>(sources);
    graph.nodes().forEach(node -> kept.add(visit(node)));
  }

  /** Whether a gradient is needed of a value. */
  boolean needs(String value) {
    return needed.contains(value);
  }

  /** The value in whose memory a value lies. */
  String root(String value) {
    return memory.getOrDefault(value, value);
  }

  /** Size of a value for a number of images. */
  long bytes(String value, int images) {
    TensorType type = types.type(value);
    long bytes = Cost.bytes(type.type());
    for (Dim dim : type.shape().dims()) {
      bytes *= dim.at(images);
    }
    return bytes;
  }

  /** The values that a node keeps, each by the name of the one that owns the memory. */
  Set<String> of(int node) {
    return kept.get(node);
  }

  /** Size of the factors that a node drew and keeps: none but those of dropout. */
  long drawn(int node, int images) {
    Node dropout = graph.nodes().get(node);
    boolean keeps =
        dropout.operator() == Operator.DROPOUT && needed.contains(dropout.inputs().get(0));
    return keeps ? bytes(dropout.outputs().get(0), images) : 0;
  }

  /** All that the nodes in {@code [from, to)} keep for a number of images. */
  long bytes(int from, int to, int images) {
    Set<String> distinct = new HashSet<>();
    long bytes = 0;
    for (int node = from; node < to; node++) {
      distinct.addAll(of(node));
      bytes += drawn(node, images);
    }
    return bytes + distinct.stream().mapToLong(value -> bytes(value, images)).sum();
  }

  private Set<String> visit(Node node) {
    List<String> operands = node.inputs();
    if (VIEWS.contains(node.operator())) {
      node.outputs().forEach(view -> memory.put(view, root(operands.get(0))));
    }
    if (node.operator() == Operator.STOP_GRADIENT
        || operands.stream().noneMatch(needed::contains)) {
      return Set.of();
    }
    node.outputs().stream()
        .filter(result -> types.type(result).type().isFloating())
        .forEach(needed::add);
    if (node.operator() == Operator.DROPOUT) {
      return Set.of();
    }
    Set<String> values = new HashSet<>();
    if (PRODUCTS.contains(node.operator())) {
      keepIf(needed.contains(operands.get(1)), operands.get(0), values);
      keepIf(needed.contains(operands.get(0)), operands.get(1), values);
    } else if (BY_RESULT.contains(node.operator())) {
      keep(node.outputs().get(0), values);
    } else if (node.operator() == Operator.ATTENTION) {
      operands.forEach(operand -> keep(operand, values));
      keep(node.outputs().get(0), values);
    } else if (!LINEAR.contains(node.operator()) && !VIEWS.contains(node.operator())) {
      operands.forEach(operand -> keep(operand, values));
    }
    return values;
  }

  private void keepIf(boolean wanted, String value, Set<String> values) {
    if (wanted) {
      keep(value, values);
    }
  }

  private void keep(String value, Set<String> values) {
    String root = root(value);
    if (!root.isEmpty() && !graph.weights().containsKey(root)) {
      values.add(root);
    }
  }
}
