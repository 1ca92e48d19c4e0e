package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The types of all values of a graph for one batch size, and the small values known beforehand. */
final class Probe {
  /** Larger constants are not computed while shapes are inferred: none decides a shape. */
  private static final int MAX_CONSTANT_ELEMENTS = 4096;

  /** Operators whose work does not follow from the size of their result; none decides a shape. */
  private static final Set<Operator> LABORIOUS =
      EnumSet.of(
          Operator.CONV,
          Operator.CONV_TRANSPOSE,
          Operator.AVERAGE_POOL,
          Operator.MAX_POOL,
          Operator.EINSUM,
          Operator.RESIZE,
          Operator.ATTENTION);

  private final Map<String, TensorType> types = new HashMap<>();
  private final Map<String, Tensor> constants = new HashMap<>();

  private final long batch;

  Probe(long batch) {
    this.batch = batch;
  }

  void addInput(Graph.Input input) {
    types.put(input.name(), TensorType.of(input.type(), input.shape().at(batch)));
  }

  void addWeight(String name, Weight weight) {
    Tensor value = weight.value();
    types.put(name, TensorType.of(value.type(), value.shape()));
    if (weight.role() == Weight.Role.CONSTANT && value.elements() <= MAX_CONSTANT_ELEMENTS) {
      constants.put(name, value);
    }
  }

  void add(Node node) {
    Site site = site(node);
    List<TensorType> outputs = infer(site);
    for (int i = 0; i < node.outputs().size(); i++) {
      types.put(node.outputs().get(i), outputs.get(i));
    }
    if (isConstant(site, outputs)) {
      List<Tensor> values = node.operator().evaluate(site);
      for (int i = 0; i < node.outputs().size(); i++) {
        constants.put(node.outputs().get(i), values.get(i));
      }
    }
  }

  private static List<TensorType> infer(Site site) {
    try {
      return site.node().operator().infer(site);
    } catch (IndexOutOfBoundsException | ArithmeticException | NegativeArraySizeException e) {
      throw new GraphException(
          site.node().label()
              + ": its operands or attributes are malformed ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private static boolean isConstant(Site site, List<TensorType> outputs) {
    if (LABORIOUS.contains(site.node().operator())) {
      return false;
    }
    for (TensorType output : outputs) {
      // An empty result may be long on its way, so that each of its axes counts too.
      int[] filled = Arrays.stream(output.shape().at(0)).map(dim -> Math.max(dim, 1)).toArray();
      if (Arrays.stream(filled).mapToDouble(dim -> dim).reduce(1, (a, b) -> a * b)
          > MAX_CONSTANT_ELEMENTS) {
        return false;
      }
    }
    if (site.node().operator() == Operator.SHAPE || site.node().operator() == Operator.SIZE) {
      return true;
    }
    for (int i = 0; i < site.count(); i++) {
      if (site.has(i) && site.constant(i).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  Site site(Node node) {
    return site(node, this::constant);
  }

  /** A node with the types of its operands and those values that {@code known} gives. */
  Site site(Node node, Function<String, Optional<Tensor>> known) {
    List<@Nullable TensorType> inputs = new ArrayList<>();
    List<@Nullable Tensor> values = new ArrayList<>();
    for (String name : node.inputs()) {
      inputs.add(name.isEmpty() ? null : types.get(name));
      values.add(name.isEmpty() ? null : known.apply(name).orElse(null));
    }
    return new Site(node, inputs, values);
  }

  boolean knows(String name) {
    return types.containsKey(name);
  }

  TensorType type(String name) {
    TensorType type = types.get(name);
    if (type == null) {
      throw new GraphException("the graph has no value named '" + name + "'");
    }
    return type;
  }

  Optional<Tensor> constant(String name) {
    return Optional.ofNullable(constants.get(name));
  }
}
