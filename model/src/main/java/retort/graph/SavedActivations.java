package retort.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What autograd keeps of one image between the forward and the backward pass: for each operator the
 * values that its derivative is written in. A convolution keeps its input even where its weight is
 * frozen, because PyTorch has one derivative for both.
 *
 * @param learning bytes for an image through a network that learns
 * @param frozen bytes for an image through a frozen network whose input needs a gradient, as the
 *     teacher in a generator's loss
 */
public record SavedActivations(long learning, long frozen) {
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

  /**
   * The activations of a network.
   *
   * @param graph from float32 inputs, one of which is {@code differentiable}
   * @param differentiable the input whose gradient a frozen network must give
   * @throws GraphException when the graph cannot be typed
   */
  public static SavedActivations of(Graph graph, String differentiable) {
    Types types = Types.of(graph);
    return new SavedActivations(
        new Count(graph, types, graph.parameters().keySet()).bytes(),
        new Count(DropoutRemoval.remove(graph), types, Set.of(differentiable)).bytes());
  }

  /** One walk over the graph. */
  private static final class Count {
    private final Types types;
    private final Set<String> weights;

    /** Values that a gradient is needed of. */
    private final Set<String> needed;

    /** The value whose memory a view shows. */
    private final Map<String, String> memory = new HashMap<>();

    private final Set<String> kept = new HashSet<>();

    /** The factors that dropout drew. */
    private long masks;

    Count(Graph graph, Types types, Set<String> sources) {
      this.types = types;
      weights = graph.weights().keySet();
      needed = new HashSet<>(sources);
      graph.nodes().forEach(this::visit);
    }

    long bytes() {
      return masks + kept.stream().mapToLong(this::bytes).sum();
    }

    private long bytes(String name) {
      long product = 4;
      for (Dim dim : types.type(name).shape().dims()) {
        product *= dim.at(1);
      }
      return product;
    }

    private void visit(Node node) {
      List<String> operands = node.inputs();
      if (VIEWS.contains(node.operator())) {
        node.outputs().forEach(view -> memory.put(view, root(operands.get(0))));
      }
      if (node.operator() == Operator.STOP_GRADIENT
          || operands.stream().noneMatch(needed::contains)) {
        return;
      }
      needed.addAll(node.outputs());
      if (node.operator() == Operator.DROPOUT) {
        masks += bytes(node.outputs().get(0));
      } else if (PRODUCTS.contains(node.operator())) {
        keepIf(needed.contains(operands.get(1)), operands.get(0));
        keepIf(needed.contains(operands.get(0)), operands.get(1));
      } else if (BY_RESULT.contains(node.operator())) {
        keep(node.outputs().get(0));
      } else if (node.operator() == Operator.ATTENTION) {
        operands.forEach(this::keep);
        keep(node.outputs().get(0));
      } else if (!LINEAR.contains(node.operator()) && !VIEWS.contains(node.operator())) {
        operands.forEach(this::keep);
      }
    }

    private void keepIf(boolean wanted, String name) {
      if (wanted) {
        keep(name);
      }
    }

    private void keep(String name) {
      String root = root(name);
      if (!root.isEmpty() && !weights.contains(root)) {
        kept.add(root);
      }
    }

    private String root(String name) {
      return memory.getOrDefault(name, name);
    }
  }
}
