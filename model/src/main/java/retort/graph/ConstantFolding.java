package retort.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Computes beforehand what does not depend on the inputs, shapes included. Folded values are
 * computed in double precision and rounded once, to their declared type.
 */
public final class ConstantFolding {
  /** Results up to this size are folded whatever they are made from. */
  private static final int SMALL = 1 << 14;

  private final Graph graph;
  private final Types types;
  private final boolean deploying;
  private final Map<String, Tensor> known = new HashMap<>();

  private ConstantFolding(Graph graph, boolean deploying) {
    this.graph = graph;
    this.deploying = deploying;
    types = Types.of(graph);
    graph
        .weights()
        .forEach(
            (name, weight) -> {
              if (deploying || weight.role() != Weight.Role.PARAMETER) {
                known.put(name, weight.value());
              }
            });
  }

  /**
   * Folds constants and buffers; parameters stay, and so does everything computed from them, so the
   * result can be trained. Dropout of a constant is random in training and stays. Buffers that
   * nothing uses any more are dropped.
   *
   * <pre>{@code
   * Graph generator = ConstantFolding.fold(InputFixing.fix(denoiser, "sigma", Tensor.scalar(2.5)));
   * }</pre>
   *
   * @throws GraphException when the graph cannot be typed
   */
  public static Graph fold(Graph graph) {
    return new ConstantFolding(graph, false).fold();
  }

  /**
   * Folds everything that does not depend on an input, parameters included, for a network that is
   * not trained any more. Dropout of a constant is the constant.
   *
   * @throws GraphException when the graph cannot be typed
   */
  public static Graph foldAll(Graph graph) {
    return new ConstantFolding(graph, true).fold();
  }

  private Graph fold() {
    List<Node> kept = new ArrayList<>();
    Set<String> folded = new LinkedHashSet<>();
    Set<String> needed = new HashSet<>(graph.outputs());
    Map<String, Integer> readers = new HashMap<>();
    graph.nodes().forEach(node -> node.inputs().forEach(x -> readers.merge(x, 1, Integer::sum)));
    for (Node node : graph.nodes()) {
      if (evaluate(node)) {
        folded.addAll(node.outputs());
      } else {
        kept.add(node);
        needed.addAll(node.inputs());
      }
      for (String name : node.inputs()) {
        if (readers.merge(name, -1, Integer::sum) == 0 && folded.contains(name)) {
          release(name, needed.contains(name));
        }
      }
    }
    Draft draft = new Draft(graph);
    for (String name : folded) {
      Tensor value = known.get(name);
      if (value != null && needed.contains(name)) {
        draft.define(name, rounded(value));
      }
    }
    kept.forEach(node -> draft.append(withConstantShape(node, draft)));
    return draft.build().pruned();
  }

  /** Lets go of the doubles of a value that was read for the last time. */
  private void release(String name, boolean needed) {
    Tensor value = known.remove(name);
    if (needed && value != null) {
      known.put(name, rounded(value));
    }
  }

  /** A Reshape of which one dimension follows from the batch size: -1 says as much. */
  private Node withConstantShape(Node node, Draft draft) {
    if (node.operator() != Operator.RESHAPE || known.containsKey(node.inputs().get(1))) {
      return node;
    }
    Optional<List<Dim>> dims = types.integers(node.inputs().get(1));
    boolean simple =
        dims.isPresent()
            && dims.get().stream().filter(dim -> !dim.isKnown()).count() == 1
            && dims.get().stream().allMatch(dim -> !dim.isKnown() || dim.constant() > 0);
    if (!simple) {
      return node;
    }
    long[] shape =
        dims.get().stream().mapToLong(dim -> dim.isKnown() ? dim.constant() : -1).toArray();
    String name = draft.integers(node.outputs().get(0) + "/shape", shape);
    return new Node(
        Operator.RESHAPE, Attributes.none(), List.of(node.inputs().get(0), name), node.outputs());
  }

  /** Whether every result of a node became known. */
  private boolean evaluate(Node node) {
    if (node.operator() == Operator.DROPOUT && !deploying) {
      return false;
    }
    Map<String, Tensor> shapes = new HashMap<>();
    for (String name : node.outputs()) {
      Optional<Tensor> value = name.isEmpty() ? Optional.empty() : types.constant(name);
      value.filter(tensor -> !tensor.type().isFloating()).ifPresent(v -> shapes.put(name, v));
    }
    if (shapes.size() == node.outputs().size()) {
      known.putAll(shapes);
      return true;
    }
    long given = 0;
    for (String name : node.inputs()) {
      Tensor operand = known.get(name);
      if (operand == null && !name.isEmpty()) {
        return false;
      }
      given += operand == null ? 0 : operand.elements();
    }
    if (size(node) > Math.min(Math.max(SMALL, 2 * given), Operator.MOST_COMPUTED)) {
      return false;
    }
    List<Tensor> results = Interpreter.evaluate(node, known);
    for (int i = 0; i < node.outputs().size(); i++) {
      known.put(node.outputs().get(i), results.get(i));
    }
    return true;
  }

  /** How many numbers folding a node would store. */
  private long size(Node node) {
    long size = 0;
    for (String name : node.outputs()) {
      if (!name.isEmpty()) {
        long elements = 1;
        for (Dim dim : types.type(name).shape().dims()) {
          elements *= dim.at(1);
        }
        size += elements;
      }
    }
    return size;
  }

  private static Tensor rounded(Tensor value) {
    return value.type() == DataType.FLOAT32 ? Tensor.floats(value.shape(), value.floats()) : value;
  }
}
