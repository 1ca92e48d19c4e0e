package retort.graph;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes in float32 throughout what a file computes in half or in double precision: networks are
 * trained and compared in float32, whatever their weights were stored in.
 */
public final class FullPrecision {
  private FullPrecision() {}

  /** The same function with float32 for every real number. */
  public static Graph of(Graph graph) {
    Types types = Types.of(graph);
    boolean full =
        graph.inputs().stream().allMatch(input -> isFull(input.type()))
            && graph.weights().values().stream().allMatch(w -> isFull(w.value().type()))
            && graph.nodes().stream()
                .flatMap(node -> node.outputs().stream())
                .allMatch(name -> name.isEmpty() || isFull(types.type(name).type()));
    if (full) {
      return graph;
    }
    List<Graph.Input> inputs = new ArrayList<>();
    for (Graph.Input input : graph.inputs()) {
      DataType type = isFull(input.type()) ? input.type() : DataType.FLOAT32;
      inputs.add(new Graph.Input(input.name(), type, input.shape()));
    }
    Map<String, Weight> weights = new LinkedHashMap<>();
    graph
        .weights()
        .forEach((name, w) -> weights.put(name, new Weight(converted(w.value()), w.role())));
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      nodes.add(new Node(node.operator(), attributes(node), node.inputs(), node.outputs()));
    }
    return new Graph(inputs, weights, nodes, graph.outputs());
  }

  private static boolean isFull(DataType type) {
    return !type.isFloating() || type == DataType.FLOAT32;
  }

  private static Tensor converted(Tensor value) {
    if (isFull(value.type())) {
      return value;
    }
    return Tensor.stored(DataType.FLOAT32, value.shape(), value::floats);
  }

  /** Types stand in what Cast converts to, and in the values of constants. */
  private static Attributes attributes(Node node) {
    Attributes attributes = node.attributes();
    if (node.operator() == Operator.CAST) {
      DataType to = DataType.ofOnnxCode(Math.toIntExact(attributes.integer("to", 1)));
      return isFull(to) ? attributes : attributes.with("to", (long) DataType.FLOAT32.onnxCode());
    }
    return attributes
        .tensor("value")
        .filter(value -> !isFull(value.type()))
        .map(value -> attributes.with("value", converted(value)))
        .orElse(attributes);
  }
}
