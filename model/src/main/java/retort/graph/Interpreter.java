package retort.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a graph in plain Java, in double precision and 64-bit integers. Slow and simple: it is the
 * oracle that the other ways to run a graph are held against, and it folds constants.
 *
 * <p>Dropout is the identity, as in inference.
 */
public final class Interpreter {
  private Interpreter() {}

  /**
   * Computes every output.
   *
   * @param graph the graph
   * @param feeds one tensor for each input, by name
   * @return the outputs by name, in the graph's order
   * @throws GraphException when an input is missing or has the wrong shape, or operands do not fit
   */
  public static Map<String, Tensor> run(Graph graph, Map<String, Tensor> feeds) {
    Map<String, Tensor> values = new HashMap<>();
    for (Graph.Input input : graph.inputs()) {
      Tensor fed = feeds.get(input.name());
      if (fed == null) {
        throw new GraphException("input '" + input.name() + "' was not given");
      }
      if (fed.rank() != input.shape().rank()) {
        throw new GraphException(
            "input '" + input.name() + "' should be " + input.shape() + " but is " + fed);
      }
      values.put(input.name(), fed);
    }
    graph.weights().forEach((name, weight) -> values.put(name, weight.value()));
    for (Node node : graph.nodes()) {
      List<Tensor> results = evaluate(node, values);
      for (int i = 0; i < node.outputs().size(); i++) {
        values.put(node.outputs().get(i), results.get(i));
      }
    }
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    for (String name : graph.outputs()) {
      outputs.put(name, Objects.requireNonNull(values.get(name)));
    }
    return outputs;
  }

  /** Computes one node from known values. */
  static List<Tensor> evaluate(Node node, Map<String, Tensor> values) {
    List<@Nullable Tensor> operands = new ArrayList<>();
    for (String name : node.inputs()) {
      operands.add(name.isEmpty() ? null : values.get(name));
    }
    return node.operator().evaluate(Site.computed(node, operands));
  }
}
