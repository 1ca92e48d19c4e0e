package retort.graph;

import java.util.List;

/**
 * One application of an operator to named values.
 *
 * @param operator what is computed
 * @param attributes its constant arguments
 * @param inputs names of its operands; an empty name is an operand left out
 * @param outputs names of its results, each defined once in a graph
 */
public record Node(
    Operator operator, Attributes attributes, List<String> inputs, List<String> outputs) {
  public Node {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /** The operator and the first result, as error messages name a node. */
  public String label() {
    return operator.onnxName() + " '" + (outputs.isEmpty() ? "" : outputs.get(0)) + "'";
  }
}
