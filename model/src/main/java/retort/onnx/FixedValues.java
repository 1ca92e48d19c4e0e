package retort.onnx;

import java.util.HashSet;
import java.util.Set;
import retort.graph.Dim;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Types;

/**
 * Values that a graph computes from nothing but weights and shapes, and that whoever folds
 * constants would have to hold: a few bytes of a file may ask for more than any memory has.
 */
final class FixedValues {
  /** More than the largest weight of published networks has. */
  private static final long MOST = 1L << 26;

  /** What is fixed though its operand is not. */
  private static final Set<Operator> SHAPES = Set.of(Operator.SHAPE, Operator.SIZE);

  private FixedValues() {}

  /**
   * Refuses a graph with a fixed value of too many numbers.
   *
   * @throws OnnxException naming the node that makes it
   * @throws retort.graph.GraphException when the graph cannot be typed
   */
  static void requireFew(Graph graph) {
    Types types = Types.of(graph);
    Set<String> fixed = new HashSet<>(graph.weights().keySet());
    fixed.add("");
    for (Node node : graph.nodes()) {
      if (SHAPES.contains(node.operator()) || fixed.containsAll(node.inputs())) {
        for (String output : node.outputs()) {
          if (!output.isEmpty()) {
            requireFew(node, output, types);
            fixed.add(output);
          }
        }
      }
    }
  }

  private static void requireFew(Node node, String output, Types types) {
    long count = 1;
    for (Dim dim : types.type(output).shape().dims()) {
      count *= Math.min(dim.at(1), MOST + 1);
      if (count > MOST) {
        throw new OnnxException(
            node.label()
                + ": its result "
                + types.type(output)
                + " follows from weights and shapes alone and has more than "
                + MOST
                + " values; have the model compute it from its inputs, or make it smaller");
      }
    }
  }
}
