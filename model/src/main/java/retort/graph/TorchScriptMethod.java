package retort.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph as the text of one TorchScript method.
 *
 * <p>The method takes one tensor for each input and the weights, if any, as one list, and returns
 * the list of outputs; weights are arguments, so that gradients reach them. Constants that the text
 * spells out are not among the weights.
 *
 * @param source the method, indented as a member of a class
 * @param inputs names of the graph's inputs, in the order of the arguments
 * @param weights names of the graph's weights, in the order of the list
 */
public record TorchScriptMethod(String source, List<String> inputs, List<String> weights) {
  public TorchScriptMethod {
    inputs = List.copyOf(inputs);
    weights = List.copyOf(weights);
  }

  /** How a graph is written. */
  public enum Layout {
    /** Images as the caller passes them, [N, C, H, W] in memory. */
    CONTIGUOUS,
    /** Images are brought to [N, H, W, C] in memory first, which most CPUs convolve faster. */
    CHANNELS_LAST
  }

  /**
   * Writes a graph.
   *
   * @param graph the graph
   * @param layout the order of image values in memory
   * @param real the type that real numbers have in the text: FLOAT32, or FLOAT64 for checks
   */
  public static TorchScriptMethod of(Graph graph, Layout layout, DataType real) {
    return of(graph, layout, real, real);
  }

  /**
   * Writes a graph whose products - convolutions, matrix products, attention - are computed in
   * another type than everything else.
   *
   * @param products the type that operands of products are cast to and their results back from:
   *     BFLOAT16 for half the bytes at the range of float32, or {@code real}
   */
  public static TorchScriptMethod of(Graph graph, Layout layout, DataType real, DataType products) {
    return new Writer(graph, real, products).write(layout);
  }

  /**
   * Walks the nodes from the last to the first, so that only those are written whose results stand
   * in the text of a later one: what operators take as numbers needs no tensor.
   */
  private static final class Writer {
    private static final Set<Operator> PRODUCTS =
        Set.of(
            Operator.CONV,
            Operator.CONV_TRANSPOSE,
            Operator.GEMM,
            Operator.MAT_MUL,
            Operator.ATTENTION);

    private final Graph graph;
    private final Types types;
    private final DataType real;
    private final DataType products;
    private final Map<String, String> variables = new HashMap<>();
    private final Map<String, Integer> weights = new LinkedHashMap<>();
    private final Set<String> needed = new HashSet<>();

    Writer(Graph graph, DataType real, DataType products) {
      this.graph = graph;
      this.real = real;
      this.products = products;
      this.types = Types.of(graph);
    }

    TorchScriptMethod write(Layout layout) {
      StringBuilder signature = new StringBuilder("  def forward(self: __torch__.M");
      for (Graph.Input input : graph.inputs()) {
        String variable = "x" + variables.size();
        variables.put(input.name(), variable);
        signature.append(",\n    ").append(variable).append(": Tensor");
      }
      StringBuilder head = new StringBuilder();
      head.append(line("real = " + real.torchCode()));
      head.append(line("device = " + device()));
      for (Graph.Input input : graph.inputs()) {
        Shape shape = input.shape();
        if (shape.rank() > 0 && shape.dim(0).equals(Dim.BATCH)) {
          head.append(line("n = torch.size(" + variable(input.name()) + ", 0)"));
          break;
        }
      }
      for (Graph.Input input : graph.inputs()) {
        if (layout == Layout.CHANNELS_LAST && input.shape().rank() == 4) {
          String x = variable(input.name());
          head.append(line(x + " = torch.contiguous(" + x + ", memory_format=2)"));
        }
      }

      List<String> results = graph.outputs().stream().map(this::variable).toList();
      List<String> lines = new ArrayList<>();
      lines.add(line("return " + ScriptSite.list(results)));
      for (int i = graph.nodes().size() - 1; i >= 0; i--) {
        Node node = graph.nodes().get(i);
        if (node.outputs().stream().anyMatch(needed::contains)) {
          lines.add(statement(node));
        }
      }
      Collections.reverse(lines);
      lines.forEach(head::append);
      signature.append(weights.isEmpty() ? "" : ",\n    w: List[Tensor]");
      return new TorchScriptMethod(
          signature + ") -> List[Tensor]:\n" + head,
          graph.inputs().stream().map(Graph.Input::name).toList(),
          List.copyOf(weights.keySet()));
    }

    /** Where new tensors go: to the inputs. */
    private String device() {
      return graph.inputs().isEmpty()
          ? "torch.device(\"cpu\")"
          : "ops.prim.device(" + variable(graph.inputs().get(0).name()) + ")";
    }

    private String statement(Node node) {
      boolean cast = products != real && isProduct(node);
      List<String> texts =
          node.operator()
              .torchScript(
                  types.script(
                      node,
                      i -> {
                        String operand = variable(node.inputs().get(i));
                        return cast ? to(products, operand) : operand;
                      }));
      StringBuilder statement = new StringBuilder();
      for (int i = 0; i < node.outputs().size(); i++) {
        if (needed.contains(node.outputs().get(i))) {
          String text = cast ? to(real, texts.get(i)) : texts.get(i);
          statement.append(line(variable(node.outputs().get(i)) + " = " + text));
        }
      }
      return statement.toString();
    }

    private boolean isProduct(Node node) {
      return PRODUCTS.contains(node.operator())
          && types.type(node.outputs().get(0)).type().isFloating();
    }

    private static String to(DataType type, String text) {
      return "torch.to(" + text + ", " + type.torchCode() + ")";
    }

    /** The text for a value, which is thereby needed. */
    private String variable(String name) {
      if (graph.weights().containsKey(name)) {
        return "w[" + weights.computeIfAbsent(name, added -> weights.size()) + "]";
      }
      needed.add(name);
      return variables.computeIfAbsent(name, added -> "v" + variables.size());
    }

    private static String line(String text) {
      return "    " + text + "\n";
    }
  }
}
