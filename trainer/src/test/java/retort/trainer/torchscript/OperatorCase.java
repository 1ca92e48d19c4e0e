package retort.trainer.torchscript;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Types;
import retort.graph.Weight;

/**
 * One use of one operator.
 *
 * @param operator the operator
 * @param attributes its attributes
 * @param operands its operands as weights: parameters, whose gradients are checked, or constants;
 *     null is an operand left out
 * @param results how many results are asked for
 */
record OperatorCase(
    Operator operator, Attributes attributes, List<@Nullable Weight> operands, int results) {

  /** What {@link #graph} is called with: an input that it ignores, as DJL passes one at least. */
  static final Map<String, Tensor> FEEDS = Map.of("unused", Tensor.floats(new int[] {1}, 0));

  /** The results as {@code y0, y1, ...} and behind a scalar {@code loss} that they all enter. */
  Graph graph() {
    Map<String, Weight> weights = new LinkedHashMap<>();
    List<String> names = new ArrayList<>();
    for (Weight operand : operands) {
      String name = operand == null ? "" : "w" + names.size();
      names.add(name);
      if (operand != null) {
        weights.put(name, operand);
      }
    }
    List<String> made = IntStream.range(0, results).mapToObj(i -> "made" + i).toList();
    List<Node> nodes = new ArrayList<>();
    nodes.add(new Node(operator, attributes, names, made));
    List<Graph.Input> unused = List.of(new Graph.Input("unused", DataType.FLOAT32, Shape.of(1)));
    Types types = Types.of(new Graph(unused, weights, nodes, made));

    Attributes real = Attributes.none().with("to", DataType.FLOAT32.onnxCode());
    List<String> outputs = new ArrayList<>(List.of("loss"));
    List<String> terms = new ArrayList<>();
    for (int i = 0; i < results; i++) {
      int[] shape = types.type(made.get(i)).shape().at(1);
      weights.put("c" + i, Weight.constant(Operands.normal(shape)));
      nodes.add(new Node(Operator.CAST, real, List.of(made.get(i)), List.of("y" + i)));
      nodes.add(node(Operator.MUL, "weighted" + i, "y" + i, "c" + i));
      nodes.add(node(Operator.REDUCE_SUM, "term" + i, "weighted" + i));
      outputs.add("y" + i);
      terms.add("term" + i);
    }
    nodes.add(new Node(Operator.SUM, Attributes.none(), terms, List.of("sum")));
    nodes.add(node(Operator.REDUCE_SUM, "loss", "sum"));
    return new Graph(unused, weights, nodes, outputs);
  }

  private static Node node(Operator operator, String result, String... operands) {
    return new Node(operator, Attributes.none(), List.of(operands), List.of(result));
  }

  /** Whether a gradient can reach a parameter. */
  boolean isDifferentiable() {
    return operator != Operator.STOP_GRADIENT
        && operands.stream()
            .anyMatch(operand -> operand != null && operand.role() == Weight.Role.PARAMETER)
        && Types.of(graph()).type("made0").type().isFloating();
  }

  @Override
  public String toString() {
    List<Tensor> shown = new ArrayList<>();
    for (Weight operand : operands) {
      if (operand != null) {
        shown.add(operand.value());
      }
    }
    return operator.onnxName() + " " + attributes + " of " + shown;
  }
}
