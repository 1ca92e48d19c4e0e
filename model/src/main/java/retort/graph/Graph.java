package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A network or a loss: inputs, weights, and nodes in an order in which they can be computed.
 * Immutable; rewrites return new graphs, which share the tensors of the old.
 */
public final class Graph {
  /**
   * A named input.
   *
   * @param name the name under which callers feed it
   * @param type its element type
   * @param shape its shape, in which N is the batch size
   */
  public record Input(String name, DataType type, Shape shape) {}

  private final List<Input> inputs;
  private final Map<String, Weight> weights;
  private final List<Node> nodes;
  private final List<String> outputs;

  /**
   * Checks that every value is defined once and before its use.
   *
   * @param inputs in the order in which callers pass them
   * @param weights in the order in which they are passed and stored
   * @param nodes in an order in which they can be computed
   * @param outputs names of the results
   * @throws GraphException when a value is undefined, or defined twice
   */
  public Graph(
      List<Input> inputs, Map<String, Weight> weights, List<Node> nodes, List<String> outputs) {
    this.inputs = List.copyOf(inputs);
    this.weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    this.nodes = List.copyOf(nodes);
    this.outputs = List.copyOf(outputs);
    Set<String> defined = new HashSet<>(this.weights.keySet());
    for (Input input : this.inputs) {
      define(defined, input.name(), "input");
    }
    for (Node node : this.nodes) {
      for (String name : node.inputs()) {
        if (!name.isEmpty() && !defined.contains(name)) {
          throw new GraphException(
              node.label() + " uses '" + name + "', which nothing before it defines");
        }
      }
      for (String name : node.outputs()) {
        if (!name.isEmpty()) {
          define(defined, name, node.label());
        }
      }
    }
    for (String name : this.outputs) {
      if (!defined.contains(name)) {
        throw new GraphException("output '" + name + "' is not computed by any node");
      }
    }
  }

  private static void define(Set<String> defined, String name, String by) {
    if (!defined.add(name)) {
      throw new GraphException("'" + name + "' is defined a second time by " + by);
    }
  }

  public List<Input> inputs() {
    return inputs;
  }

  public Optional<Input> input(String name) {
    return inputs.stream().filter(input -> input.name().equals(name)).findFirst();
  }

  /** All weights by name, in order. */
  public Map<String, Weight> weights() {
    return weights;
  }

  public List<Node> nodes() {
    return nodes;
  }

  public List<String> outputs() {
    return outputs;
  }

  /** The learnt weights by name, in order. */
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    weights.forEach(
        (name, weight) -> {
          if (weight.role() == Weight.Role.PARAMETER) {
            parameters.put(name, weight.value());
          }
        });
    return parameters;
  }

  /** How many numbers are learnt. */
  public long parameterCount() {
    return parameters().values().stream().mapToLong(Tensor::elements).sum();
  }

  /**
   * The same graph with other numbers in some weights.
   *
   * @throws GraphException when a name is unknown or a shape differs
   */
  public Graph withWeights(Map<String, Tensor> replacements) {
    Map<String, Weight> changed = new LinkedHashMap<>(weights);
    replacements.forEach(
        (name, tensor) -> {
          Weight old = weights.get(name);
          if (old == null) {
            throw new GraphException(
                "the network has no weight '"
                    + name
                    + "'; the weights come from another architecture");
          }
          if (!Arrays.equals(old.value().shape(), tensor.shape())) {
            throw new GraphException(
                "weight '"
                    + name
                    + "' is "
                    + tensor
                    + " but the network needs "
                    + old.value()
                    + "; the weights come from another architecture");
          }
          changed.put(name, old.withValue(tensor));
        });
    return new Graph(inputs, changed, nodes, outputs);
  }

  /** The same graph with other nodes; weights that no node uses are dropped. */
  public Graph withNodes(List<Node> newNodes) {
    return new Graph(inputs, weights, newNodes, outputs).pruned();
  }

  /** The same graph with other results; what they do not need is dropped. */
  public Graph withOutputs(List<String> newOutputs) {
    return new Graph(inputs, weights, nodes, newOutputs).pruned();
  }

  /** The graph without nodes and weights that no output needs. Inputs stay. */
  public Graph pruned() {
    Set<String> needed = new HashSet<>(outputs);
    List<Node> kept = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (node.outputs().stream().anyMatch(needed::contains)) {
        kept.add(node);
        needed.addAll(node.inputs());
      }
    }
    Collections.reverse(kept);
    Map<String, Weight> used = new LinkedHashMap<>(weights);
    used.keySet().removeIf(Predicate.not(needed::contains));
    return new Graph(inputs, used, kept, outputs);
  }
}
