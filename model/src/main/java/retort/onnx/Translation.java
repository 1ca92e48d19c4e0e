package retort.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Types;
import retort.graph.Weight;

/** A graph while it is read: grows by the nodes of opset 21 that the nodes of a file become. */
final class Translation {
  private final Map<String, Weight> weights = new LinkedHashMap<>();
  private final List<Graph.Input> inputs = new ArrayList<>();
  private final Map<String, DataType> types = new HashMap<>();
  private final Map<String, Integer> ranks = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> used = new HashSet<>();
  private final Map<String, List<String>> lists = new HashMap<>();
  private final Map<String, String> unsupported = new TreeMap<>();
  private final Types inferred = new Types();
  private final List<Consumer<Types>> untyped = new ArrayList<>();

  /** Declares a name that occurs in the file, so that no new value gets it. */
  void reserve(String name) {
    names.add(name);
  }

  /** Declares that something reads a value. */
  void use(String name) {
    used.add(name);
  }

  /** Whether anything reads a value. */
  boolean isUsed(String name) {
    return used.contains(name);
  }

  /** Declares what is known of a value's type. */
  void declare(String name, DataType type, int rank) {
    types.put(name, type);
    ranks.put(name, rank);
  }

  /** The element type of a value where the file says it, else float32. */
  DataType type(String name) {
    return types.getOrDefault(name, DataType.FLOAT32);
  }

  Optional<Integer> rank(String name) {
    return Optional.ofNullable(ranks.get(name));
  }

  void add(Graph.Input input) {
    inputs.add(input);
    untyped.add(all -> all.addInput(input));
  }

  private void add(Node node) {
    nodes.add(node);
    untyped.add(all -> all.add(node));
  }

  /**
   * Types of all values so far; empty after an unsupported operator, of which nothing is known.
   *
   * @throws retort.graph.GraphException when operands are missing or do not fit
   */
  Optional<Types> types() {
    if (!unsupported.isEmpty()) {
      return Optional.empty();
    }
    untyped.forEach(each -> each.accept(inferred));
    untyped.clear();
    return Optional.of(inferred);
  }

  /** A value that is given, or follows from shapes and is the same for every batch size. */
  Optional<Tensor> constant(String name) {
    return known(name).or(() -> types().flatMap(all -> all.constant(name)));
  }

  /** Notes that a node of the file makes a list of these values. */
  void list(FileNode node, List<String> members) {
    lists.put(node.output(), List.copyOf(members));
  }

  /** The values of a list. */
  Optional<List<String>> list(String name) {
    return Optional.ofNullable(lists.get(name));
  }

  /**
   * Adds a value of the file that is known.
   *
   * @throws OnnxException when there is one of that name
   */
  void define(String name, Tensor value) {
    Weight weight = Weight.constant(value);
    if (name.isEmpty() || weights.put(name, weight) != null) {
      throw new OnnxException(
          name.isEmpty()
              ? "a weight has no name; export the model again"
              : "weight '" + name + "' is defined twice; export the model again");
    }
    declare(name, value.type(), value.rank());
    untyped.add(all -> all.addWeight(name, weight));
  }

  /** The value behind a name, where the file gives it. */
  Optional<Tensor> known(String name) {
    return Optional.ofNullable(weights.get(name)).map(Weight::value);
  }

  /** Adds a new constant and returns its name. */
  String constant(String stem, Tensor value) {
    String name = fresh(stem);
    define(name, value);
    return name;
  }

  /** Adds a new one-dimensional int64 constant and returns its name. */
  String integers(String stem, long... values) {
    return constant(stem, Tensor.vector(values));
  }

  /** A new constant of rank 0 and of the type of another value. */
  String scalar(String stem, double value, String like) {
    DataType type = type(like);
    int[] shape = new int[0];
    return constant(
        stem,
        type.isFloating()
            ? Tensor.reals(type, shape, value)
            : Tensor.integers(type, shape, (long) value));
  }

  /** A name that no value of the file has; it is taken from then on. */
  String fresh(String stem) {
    String name = stem;
    for (int i = 1; !names.add(name); i++) {
      name = stem + "_" + i;
    }
    return name;
  }

  /** Adds a node with one result of a new name, which it returns. */
  String add(String stem, Operator operator, Attributes attributes, String... operands) {
    String name = fresh(stem);
    add(operator, attributes, List.of(operands), List.of(name));
    return name;
  }

  /** Adds a node with results of names that are taken. */
  void add(Operator operator, Attributes attributes, List<String> operands, List<String> results) {
    add(new Node(operator, attributes, operands, results));
  }

  /** Adds a node that defines the first result of a node of the file. */
  void result(FileNode node, Operator operator, Attributes attributes, String... operands) {
    result(node, operator, attributes, List.of(operands));
  }

  /** Adds a node that defines the first result of a node of the file. */
  void result(FileNode node, Operator operator, Attributes attributes, List<String> operands) {
    for (String other : node.outputs().subList(1, node.outputs().size())) {
      if (!other.isEmpty() && isUsed(other)) {
        throw node.fail(
            "its further result '"
                + other
                + "' is used, which is not supported; export the model for inference");
      }
    }
    add(operator, attributes, operands, List.of(node.output()));
  }

  /** Adds a node that defines all results of a node of the file. */
  void results(FileNode node, Operator operator, Attributes attributes, List<String> operands) {
    add(operator, attributes, operands, node.outputs());
  }

  /** Notes an operator that has no counterpart. */
  void unsupported(FileNode node) {
    unsupported.putIfAbsent(node.qualifiedType(), node.output());
  }

  /** Operators without a counterpart, each with the result of one such node. */
  Map<String, String> unsupported() {
    return unsupported;
  }

  Graph build(List<String> outputs) {
    return new Graph(inputs, weights, nodes, outputs);
  }
}
