package retort.denoiser;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Weight;

/**
 * Tables of embeddings that a network reads at an integer label. A row read at an index is the
 * one-hot label times the table: written so, mixes of labels and none at all have a meaning, and
 * gradients reach the label.
 */
final class LabelTables {
  private final Graph graph;
  private final String label;

  /** The label, and values that are the label in another integer type. */
  private final Set<String> indices = new HashSet<>();

  private final Map<String, Tensor> tables = new HashMap<>();
  private boolean onlyTables = true;

  private LabelTables(Graph graph, String label) {
    this.graph = graph;
    this.label = label;
    indices.add(label);
    for (Node node : graph.nodes()) {
      look(node);
    }
  }

  private void look(Node node) {
    List<String> inputs = node.inputs();
    if (inputs.stream().noneMatch(indices::contains)) {
      return;
    }
    if (node.operator() == Operator.CAST || node.operator() == Operator.IDENTITY) {
      indices.addAll(node.outputs());
      return;
    }
    Optional<Tensor> table =
        Optional.ofNullable(graph.weights().get(inputs.get(0)))
            .map(Weight::value)
            .filter(value -> node.operator() == Operator.GATHER && isTable(node, value));
    if (table.isPresent()) {
      tables.put(inputs.get(0), table.get());
    } else if (node.operator() != Operator.SHAPE) {
      onlyTables = false;
    }
  }

  private static boolean isTable(Node gather, Tensor value) {
    return value.rank() == 2
        && value.type().isFloating()
        && gather.attributes().integer("axis", 0) == 0;
  }

  /** How many labels the tables know, where the label does nothing but choose their rows. */
  static OptionalInt rows(Graph graph, String label) {
    LabelTables found = new LabelTables(graph, label);
    int[] rows = found.tables.values().stream().mapToInt(t -> t.dim(0)).distinct().toArray();
    return found.onlyTables && rows.length == 1 ? OptionalInt.of(rows[0]) : OptionalInt.empty();
  }

  /** The graph with a label float32 [N, rows]; the label must be one that has {@link #rows}. */
  static Graph opened(Graph graph, String label) {
    return new LabelTables(graph, label).opened();
  }

  private Graph opened() {
    int rows = tables.values().iterator().next().dim(0);
    List<Graph.Input> inputs = new ArrayList<>();
    boolean column = false;
    for (Graph.Input input : graph.inputs()) {
      boolean chosen = input.name().equals(label);
      column |= chosen && input.shape().rank() == 2;
      inputs.add(chosen ? new Graph.Input(label, DataType.FLOAT32, Shape.batch(rows)) : input);
    }
    Map<String, Weight> weights = new LinkedHashMap<>(graph.weights());
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (node.operator() == Operator.GATHER && indices.contains(node.inputs().get(1))) {
        product(node, column, weights, nodes);
      } else if (!indices.containsAll(node.outputs())) {
        boolean shape = node.inputs().stream().anyMatch(indices::contains);
        nodes.add(shape ? ofLabel(node, nodes, weights, column) : node);
      }
    }
    return new Graph(inputs, weights, nodes, graph.outputs());
  }

  /** A Shape of the label: its batch, and the column where there was one. */
  private Node ofLabel(Node shape, List<Node> nodes, Map<String, Weight> weights, boolean column) {
    String y = shape.outputs().get(0);
    String axes = y + "/axes";
    String sum = y + "/sum";
    weights.put(axes, Weight.constant(Tensor.vector(1)));
    nodes.add(
        new Node(
            Operator.REDUCE_SUM,
            Attributes.none().with("keepdims", column ? 1L : 0L),
            List.of(label, axes),
            List.of(sum)));
    return new Node(Operator.SHAPE, shape.attributes(), List.of(sum), shape.outputs());
  }

  private void product(Node gather, boolean column, Map<String, Weight> weights, List<Node> nodes) {
    String table = gather.inputs().get(0);
    String y = gather.outputs().get(0);
    String mix = label;
    DataType type = Objects.requireNonNull(tables.get(table)).type();
    if (type != DataType.FLOAT32) {
      mix = y + "/label";
      nodes.add(
          new Node(
              Operator.CAST,
              Attributes.none().with("to", (long) type.onnxCode()),
              List.of(label),
              List.of(mix)));
    }
    String row = column ? y + "/row" : y;
    nodes.add(new Node(Operator.MAT_MUL, Attributes.none(), List.of(mix, table), List.of(row)));
    if (column) {
      weights.put(y + "/axis", Weight.constant(Tensor.vector(1)));
      nodes.add(
          new Node(Operator.UNSQUEEZE, Attributes.none(), List.of(row, y + "/axis"), List.of(y)));
    }
  }
}
