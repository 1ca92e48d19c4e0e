package retort.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * The values of a graph that follow from one input and from weights alone, and that are the same
 * for every image when the input is.
 *
 * <p>Which these are is not guessed from operators but observed: that part of the graph depends on
 * nothing else, so it is run for a batch of one and a batch of several. Parameters are drawn at
 * random meanwhile, lest a zero hide a difference.
 */
final class SharedValues {
  /** The larger batch. */
  static final int BATCH = 3;

  private static final double ROUND_OFF = 1e-9;

  private final Graph graph;
  private final Map<String, Tensor> one = new HashMap<>();
  private final Map<String, Tensor> several = new HashMap<>();
  private final Map<String, Optional<Integer>> axes = new HashMap<>();
  private final Map<String, Node> producers = new HashMap<>();
  private final Random random = new Random(1);

  SharedValues(Graph graph, String input, Tensor one, Tensor several) {
    this.graph = graph;
    graph.nodes().forEach(n -> n.outputs().forEach(name -> producers.put(name, n)));
    if (!observe(input, one, several)) {
      throw new GraphException(
          "input '" + input + "' cannot be fixed: no single axis of it counts images");
    }
    Set<String> varying = new TreeSet<>();
    graph.inputs().forEach(other -> varying.add(other.name()));
    varying.remove(input);
    for (Node node : graph.nodes()) {
      boolean alone = node.inputs().stream().noneMatch(varying::contains);
      boolean follows = node.inputs().stream().anyMatch(axes::containsKey);
      if (!alone || (follows && !observe(node))) {
        varying.addAll(node.outputs());
      }
    }
  }

  /** Whether a value follows from the input and is the same for every image. */
  boolean contains(String name) {
    return axes.containsKey(name);
  }

  /** The axis of a shared value that counts images, unless it has none. */
  Optional<Integer> axis(String name) {
    return axes.getOrDefault(name, Optional.empty());
  }

  private boolean observe(Node node) {
    node.inputs().forEach(this::supply);
    List<Tensor> few = Interpreter.evaluate(node, one);
    List<Tensor> more = Interpreter.evaluate(node, several);
    boolean all = true;
    for (int i = 0; i < node.outputs().size(); i++) {
      all &= observe(node.outputs().get(i), few.get(i), more.get(i));
    }
    if (!all) {
      node.outputs().forEach(axes::remove);
    }
    return all;
  }

  private boolean observe(String name, Tensor few, Tensor more) {
    one.put(name, few);
    several.put(name, more);
    if (few.rank() != more.rank()) {
      return false;
    }
    Optional<Integer> counted = Optional.empty();
    for (int axis = 0; axis < few.rank(); axis++) {
      if (few.dim(axis) != more.dim(axis)) {
        if (counted.isPresent() || few.dim(axis) != 1 || more.dim(axis) != BATCH) {
          return false;
        }
        counted = Optional.of(axis);
      }
    }
    int[] sources = Broadcast.offsets(few.shape(), more.shape());
    double[] a = few.reals();
    double[] b = more.reals();
    for (int i = 0; i < b.length; i++) {
      double expected = a[sources[i]];
      boolean equal =
          Double.compare(expected, b[i]) == 0
              || Math.abs(expected - b[i]) <= ROUND_OFF * Math.abs(expected);
      if (!equal) {
        return false;
      }
    }
    axes.put(name, counted);
    return true;
  }

  /** Makes a weight, or what follows from weights alone, available. */
  private void supply(String name) {
    Deque<String> wanted = new ArrayDeque<>(List.of(name));
    while (!wanted.isEmpty()) {
      String next = wanted.peek();
      Weight weight = graph.weights().get(next);
      Node node = producers.get(next);
      if (next.isEmpty() || one.containsKey(next)) {
        wanted.pop();
      } else if (weight != null) {
        Tensor value = weight.value();
        boolean learnt = weight.role() == Weight.Role.PARAMETER && value.type().isFloating();
        put(next, learnt ? drawn(value) : value);
      } else if (node == null) {
        wanted.pop();
      } else if (!pushMissing(node, wanted)) {
        List<Tensor> values = Interpreter.evaluate(node, one);
        for (int i = 0; i < node.outputs().size(); i++) {
          put(node.outputs().get(i), values.get(i));
        }
      }
    }
  }

  /** Wants what a node needs and what can be had; whether there was any. */
  private boolean pushMissing(Node node, Deque<String> wanted) {
    int before = wanted.size();
    for (String operand : node.inputs()) {
      boolean exists = graph.weights().containsKey(operand) || producers.containsKey(operand);
      if (exists && !operand.isEmpty() && !one.containsKey(operand)) {
        wanted.push(operand);
      }
    }
    return wanted.size() > before;
  }

  private void put(String name, Tensor value) {
    one.put(name, value);
    several.put(name, value);
  }

  private Tensor drawn(Tensor like) {
    double[] values = new double[like.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.5 + random.nextDouble();
    }
    return Tensor.reals(like.type(), like.shape(), values);
  }
}
