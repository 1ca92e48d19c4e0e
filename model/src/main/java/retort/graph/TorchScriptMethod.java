package retort.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
 * @param inputs names of the graph's inputs, in the order of the arguments; then those of values
 *     that an earlier segment computed
 * @param weights names of the graph's weights, in the order of the list
 * @param outputs names of the results, in their order
 */
public record TorchScriptMethod(
    String source, List<String> inputs, List<String> weights, List<String> outputs) {
  public TorchScriptMethod {
    inputs = List.copyOf(inputs);
    weights = List.copyOf(weights);
    outputs = List.copyOf(outputs);
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
    return new Writer(graph, Types.of(graph), 0, graph.nodes().size(), real, real)
        .write(graph.outputs(), layout);
  }

  /**
   * Writes a graph in segments. Each returns the values that later ones take and, of the graph's
   * outputs, those that it computes; one that computes neither is left out.
   *
   * @param segments in order; together they are the graph
   * @param products the type that products - convolutions, matrix products, attention - are
   *     computed in: their operands are cast to it and their results back. BFLOAT16 for half the
   *     bytes at the range of float32, or {@code real}
   */
  public static List<TorchScriptMethod> of(
      Graph graph,
      List<Segments.Segment> segments,
      Layout layout,
      DataType real,
      DataType products) {
    Types types = Types.of(graph);
    Set<String> wanted = new LinkedHashSet<>(graph.outputs());
    List<TorchScriptMethod> methods = new ArrayList<>();
    for (int i = segments.size() - 1; i >= 0; i--) {
      Segments.Segment segment = segments.get(i);
      Set<String> results = new LinkedHashSet<>(wanted);
      graph.nodes().subList(0, segment.from()).forEach(n -> n.outputs().forEach(results::remove));
      if (!results.isEmpty()) {
        Writer writer = new Writer(graph, types, segment.from(), segment.to(), real, products);
        methods.add(0, writer.write(List.copyOf(results), layout));
        wanted.removeAll(results);
        wanted.addAll(writer.earlier());
      }
    }
    return methods;
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
    private final int from;
    private final int to;
    private final Map<String, String> variables = new HashMap<>();
    private final Map<String, Integer> weights = new LinkedHashMap<>();
    private final Set<String> needed = new LinkedHashSet<>();

    /** Writes the nodes in {@code [from, to)}. */
    Writer(Graph graph, Types types, int from, int to, DataType real, DataType products) {
      this.graph = graph;
      this.types = types;
      this.from = from;
      this.to = to;
      this.real = real;
      this.products = products;
    }

    TorchScriptMethod write(List<String> outputs, Layout layout) {
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

      List<String> results = outputs.stream().map(this::variable).toList();
      List<String> lines = new ArrayList<>();
      lines.add(line("return " + ScriptSite.list(results)));
      for (int i = to - 1; i >= from; i--) {
        Node node = graph.nodes().get(i);
        if (node.outputs().stream().anyMatch(needed::contains)) {
          lines.add(statement(node));
        }
      }
      Collections.reverse(lines);
      lines.forEach(head::append);
      List<String> inputs =
          new ArrayList<>(graph.inputs().stream().map(Graph.Input::name).toList());
      for (String value : earlier()) {
        inputs.add(value);
        signature.append(",\n    ").append(variable(value)).append(": Tensor");
      }
      signature.append(weights.isEmpty() ? "" : ",\n    w: List[Tensor]");
      return new TorchScriptMethod(
          signature + ") -> List[Tensor]:\n" + head,
          inputs,
          List.copyOf(weights.keySet()),
          outputs);
    }

    /** Values that are needed here and neither inputs of the graph nor defined here. */
    private List<String> earlier() {
      Set<String> values = new LinkedHashSet<>(needed);
      graph.inputs().forEach(input -> values.remove(input.name()));
      graph.nodes().subList(from, to).forEach(node -> node.outputs().forEach(values::remove));
      return List.copyOf(values);
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
