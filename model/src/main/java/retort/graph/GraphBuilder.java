package retort.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builds a graph node by node, inferring shapes on the way, so that a mistake shows where it is
 * written.
 *
 * <pre>{@code
 * GraphBuilder g = new GraphBuilder();
 * Value x = g.input("x", Shape.batch(3));
 * Value w = g.parameter("w", Tensor.floats(new int[] {2, 3}, ...));
 * g.output("y", x.linear(w).silu());
 * Graph graph = g.build();
 * }</pre>
 *
 * <p>Not thread-safe; one builder makes one graph.
 */
public final class GraphBuilder {
  private final List<Graph.Input> inputs = new ArrayList<>();
  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private final Map<Double, Value> scalars = new HashMap<>();

  /** Constants of called graphs; a tensor compares by identity. */
  private final Map<Tensor, Value> constants = new HashMap<>();

  private final Types types = new Types();

  /** Names that the builder gave to constants and results. */
  private final Set<String> given = new HashSet<>();

  /**
   * The caller's names that the builder had given away before, with what stands for them here.
   * {@link #build} swaps the two, so that the caller's names stay whatever they are.
   */
  private final Map<String, String> standIns = new LinkedHashMap<>();

  private int counter;

  /** A float32 input. */
  public Value input(String name, Shape shape) {
    return input(name, DataType.FLOAT32, shape);
  }

  /** An input of any type. */
  public Value input(String name, DataType type, Shape shape) {
    Graph.Input input = new Graph.Input(claim(name, "input"), type, shape);
    inputs.add(input);
    types.addInput(input);
    return new Value(this, input.name());
  }

  /** A learnt weight. */
  public Value parameter(String name, Tensor value) {
    return weight(name, Weight.parameter(value));
  }

  /** A learnt weight that training projects at the start of each step. */
  public Value parameter(String name, Tensor value, Projection projection) {
    return weight(name, Weight.parameter(value).withProjection(projection));
  }

  /** A named weight that is not learnt. */
  public Value buffer(String name, Tensor value) {
    return weight(name, Weight.buffer(value));
  }

  /** A number; equal numbers share one constant. */
  public Value constant(double value) {
    return scalars.computeIfAbsent(value, v -> constant(Tensor.scalar(v)));
  }

  /** A constant tensor. */
  public Value constant(Tensor value) {
    return known(fresh("c"), Weight.constant(value));
  }

  private Value weight(String name, Weight weight) {
    return known(claim(name, "weight"), weight);
  }

  private Value known(String name, Weight weight) {
    weights.put(name, weight);
    types.addWeight(name, weight);
    return new Value(this, name);
  }

  /** The name by which a value that the caller names is known until the graph is built. */
  private String claim(String name, String what) {
    if (!types.knows(name)) {
      return name;
    }
    if (!given.contains(name) || standIns.containsKey(name)) {
      throw new GraphException(what + " '" + name + "' is defined twice");
    }
    String standIn = fresh(name + "_");
    standIns.put(name, standIn);
    return standIn;
  }

  /** Applies an operator with one result; a null operand is left out. */
  public Value add(
      Operator operator, Attributes attributes, List<? extends @Nullable Value> operands) {
    return add(operator, attributes, operands, 1).get(0);
  }

  /** Applies an operator with several results. */
  public List<Value> add(
      Operator operator,
      Attributes attributes,
      List<? extends @Nullable Value> operands,
      int results) {
    List<String> names = new ArrayList<>();
    for (Value operand : operands) {
      names.add(operand == null ? "" : operand.name());
    }
    List<String> defined = new ArrayList<>();
    for (int i = 0; i < results; i++) {
      defined.add(fresh("v"));
    }
    append(new Node(operator, attributes, names, defined));
    return defined.stream().map(name -> new Value(this, name)).toList();
  }

  /**
   * Copies another graph into this one and connects its inputs.
   *
   * @param graph the graph to copy
   * @param scope put before the names of its weights, for example {@code "teacher/"}; calling the
   *     same scope twice shares the weights, which must then be the same tensors; constants are
   *     shared whatever the scope
   * @param arguments one value for each input of the graph, by name
   * @return its outputs by name
   */
  public Map<String, Value> call(Graph graph, String scope, Map<String, Value> arguments) {
    Map<String, String> renamed = new HashMap<>();
    renamed.put("", "");
    for (Graph.Input input : graph.inputs()) {
      Value argument = arguments.get(input.name());
      if (argument == null) {
        throw new GraphException("no argument for input '" + input.name() + "'");
      }
      renamed.put(input.name(), argument.name());
    }
    graph.weights().forEach((name, weight) -> renamed.put(name, share(scope + name, weight)));
    for (Node node : graph.nodes()) {
      for (String output : node.outputs()) {
        renamed.put(output, output.isEmpty() ? "" : fresh("v"));
      }
      append(
          new Node(
              node.operator(),
              node.attributes(),
              rename(node.inputs(), renamed),
              rename(node.outputs(), renamed)));
    }
    Map<String, Value> results = new LinkedHashMap<>();
    for (String output : graph.outputs()) {
      results.put(output, new Value(this, rename(List.of(output), renamed).get(0)));
    }
    return results;
  }

  /** The name under which a called graph's weight is known here. */
  private String share(String scoped, Weight weight) {
    if (weight.role() == Weight.Role.CONSTANT) {
      return constants.computeIfAbsent(weight.value(), this::constant).name();
    }
    String name = standIns.getOrDefault(scoped, scoped);
    Weight known = given.contains(name) && !standIns.containsKey(scoped) ? null : weights.get(name);
    if (known == null) {
      return weight(scoped, weight).name();
    }
    if (known.value() != weight.value()) {
      throw new GraphException("weight '" + scoped + "' would have two values");
    }
    return name;
  }

  private static List<String> rename(List<String> names, Map<String, String> renamed) {
    return names.stream().map(name -> renamed.getOrDefault(name, name)).toList();
  }

  /** Declares a result under a name of its own. */
  public void output(String name, Value value) {
    String result = claim(name, "output");
    append(new Node(Operator.IDENTITY, Attributes.none(), List.of(value.name()), List.of(result)));
    outputs.add(result);
  }

  /** Type and shape of a value. */
  TensorType type(Value value) {
    return types.type(value.name());
  }

  private void append(Node node) {
    types.add(node);
    nodes.add(node);
  }

  private String fresh(String prefix) {
    String name = prefix + counter++;
    while (types.knows(name)) {
      name = prefix + counter++;
    }
    given.add(name);
    return name;
  }

  /** The graph so far, without nodes that no output needs. */
  public Graph build() {
    Graph graph = new Graph(inputs, weights, nodes, outputs);
    Map<String, String> holders = new HashMap<>();
    standIns.forEach(
        (name, standIn) -> {
          String ours = holders.getOrDefault(name, name);
          holders.put(name, holders.getOrDefault(standIn, standIn));
          holders.put(standIn, ours);
        });
    Map<String, String> names = new HashMap<>();
    holders.forEach((name, holder) -> names.put(holder, name));
    return (names.isEmpty() ? graph : renamed(graph, names)).pruned();
  }

  private static Graph renamed(Graph graph, Map<String, String> names) {
    Map<String, Weight> weights = new LinkedHashMap<>();
    graph.weights().forEach((name, weight) -> weights.put(names.getOrDefault(name, name), weight));
    return new Graph(
        graph.inputs().stream()
            .map(i -> new Graph.Input(names.getOrDefault(i.name(), i.name()), i.type(), i.shape()))
            .toList(),
        weights,
        graph.nodes().stream()
            .map(
                node ->
                    new Node(
                        node.operator(),
                        node.attributes(),
                        rename(node.inputs(), names),
                        rename(node.outputs(), names)))
            .toList(),
        rename(graph.outputs(), names));
  }
}
