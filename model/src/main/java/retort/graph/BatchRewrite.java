package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One pass over a network whose inputs have just become {@code [N, ...]}: every constant that
 * repeats the old batch size is replaced.
 *
 * <p>What is followed is where the batch lies in a value: the axis that grows with N, and how many
 * blocks of it a merged axis holds ({@code [L * N, C]} holds L). A reshape keeps the number of
 * values before the first image's, which tells the axis of the batch in its result.
 */
final class BatchRewrite {
  private final Graph graph;
  private final String image;
  private final long batch;
  private final Types before;
  private final Types after = new Types();
  private final Draft draft;

  /** How many blocks of the batch an axis holds, where it is not one. */
  private final Map<String, Long> blocks = new HashMap<>();

  private Optional<String> count = Optional.empty();

  BatchRewrite(Graph graph, List<Graph.Input> inputs, String image, long batch) {
    this.graph = graph;
    this.image = image;
    this.batch = batch;
    before = Types.of(graph);
    draft = new Draft(new Graph(inputs, graph.weights(), graph.nodes(), graph.outputs()));
    inputs.forEach(after::addInput);
    graph.weights().forEach(after::addWeight);
  }

  Graph rewrite() {
    LiftedNumbers numbers = new LiftedNumbers(graph, before, this);
    for (Node node : graph.nodes()) {
      if (!numbers.rewrite(node)) {
        switch (node.operator()) {
          case RESHAPE -> reshape(node);
          case EXPAND, RESIZE, CONSTANT_OF_SHAPE -> target(node);
          case SLICE -> slice(node);
          case CONCAT -> concat(node);
          default -> append(node);
        }
      }
    }
    Graph result = draft.build().pruned();
    for (String output : graph.outputs()) {
      Shape shape = after.type(output).shape();
      int[] expected = before.type(output).shape().at(1);
      boolean fits = shape.rank() == expected.length && shape.rank() > 0;
      for (int axis = 0; fits && axis < expected.length; axis++) {
        Dim dim = shape.dim(axis);
        fits = axis == 0 ? dim.equals(Dim.BATCH) : dim.isKnown() && dim.at(1) == expected[axis];
      }
      if (!fits) {
        throw new GraphException("its result '" + output + "' would be " + shape);
      }
    }
    return result;
  }

  /** Adds a node of the new graph. */
  void append(Node node) {
    draft.append(node);
    after.add(node);
    for (String name : node.outputs()) {
      for (String operand : node.inputs()) {
        if (!name.isEmpty() && blocks.containsKey(operand)) {
          Optional<Integer> axis = axis(name);
          Optional<Integer> from = axis(operand);
          boolean same =
              axis.isPresent()
                  && from.isPresent()
                  && shape(name).dim(axis.get()).equals(shape(operand).dim(from.get()));
          if (same) {
            blocks.put(name, Objects.requireNonNull(blocks.get(operand)));
          }
        }
      }
    }
  }

  /** The shape of a value in the new graph. */
  Shape shape(String name) {
    return after.type(name).shape();
  }

  /** The axis of a value that grows with the batch. */
  private Optional<Integer> axis(String name) {
    Shape shape = shape(name);
    for (int i = 0; i < shape.rank(); i++) {
      if (!shape.dim(i).isKnown()) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private void reshape(Node node) {
    String x = node.inputs().get(0);
    Optional<Integer> axis = axis(x);
    Optional<Tensor> wanted = after.constant(node.inputs().get(1));
    if (axis.isEmpty() || wanted.isEmpty()) {
      append(node);
      return;
    }
    long[] target = fixed(before.type(node.outputs().get(0)).shape());
    long ahead = blocks.getOrDefault(x, 1L);
    for (int i = 0; i < axis.get(); i++) {
      ahead *= shape(x).dim(i).constant();
    }
    int place = place(target, ahead, node);
    long prefix = 1;
    for (int i = 0; i < place; i++) {
      prefix *= target[i];
    }
    target[place] = -1;
    String result = node.outputs().get(0);
    String constant = draft.integers(result + "/open", target);
    after.addWeight(constant, Weight.constant(Tensor.vector(target)));
    Attributes none = Attributes.none();
    append(new Node(Operator.RESHAPE, none, List.of(x, constant), node.outputs()));
    if (ahead / prefix > 1) {
      blocks.put(result, ahead / prefix);
    } else {
      blocks.remove(result);
    }
  }

  /** The dimensions of the old graph, in which an open batch counts as one image. */
  private static long[] fixed(Shape shape) {
    return Arrays.stream(shape.at(1)).asLongStream().toArray();
  }

  /**
   * The axis of a shape before which {@code ahead} values lie, and that holds the batch. A batch of
   * one between two axes is counted to the rows of a matrix, and else, as with heads of attention,
   * to the second.
   */
  private int place(long[] dims, long ahead, Node node) {
    long prefix = 1;
    int merged = -1;
    for (int i = 0; i < dims.length; i++) {
      boolean holds = ahead % prefix == 0 && prefix * dims[i] % (ahead * batch) == 0;
      if (holds && prefix == ahead && (batch > 1 || dims[i] == 1)) {
        return i;
      }
      merged = holds && (prefix < ahead || dims.length > 2 || merged < 0) ? i : merged;
      prefix *= dims[i];
    }
    if (merged < 0) {
      throw new GraphException(node.label() + " takes the images of a batch apart");
    }
    return merged;
  }

  /** A shape as an operand: of Expand and ConstantOfShape, and the sizes of Resize. */
  private void target(Node node) {
    int operand =
        switch (node.operator()) {
          case EXPAND -> 1;
          case RESIZE -> 3;
          default -> 0;
        };
    String x = node.inputs().get(0);
    boolean given = operand < node.inputs().size() && !node.inputs().get(operand).isEmpty();
    Optional<Tensor> wanted = given ? after.constant(node.inputs().get(operand)) : Optional.empty();
    if (wanted.isEmpty()) {
      append(node);
      return;
    }
    long[] target = wanted.get().integers().clone();
    Optional<Integer> axis = operand == 0 ? Optional.empty() : axis(x);
    int place = axis.map(a -> target.length - shape(x).rank() + a).orElse(0);
    boolean mine = target.length > place && target[place] == batch;
    if (!mine || (axis.isEmpty() && batch == 1)) {
      append(node);
      return;
    }
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(operand, withBatch(node.outputs().get(0), target, place));
    append(new Node(node.operator(), node.attributes(), inputs, node.outputs()));
  }

  /** A vector of dimensions with N at one place. */
  private String withBatch(String stem, long[] dims, int place) {
    List<String> parts = new ArrayList<>();
    if (place > 0) {
      parts.add(constant(stem + "/front", Arrays.copyOf(dims, place)));
    }
    parts.add(count());
    if (place + 1 < dims.length) {
      parts.add(constant(stem + "/back", Arrays.copyOfRange(dims, place + 1, dims.length)));
    }
    Attributes axis = Attributes.none().with("axis", 0L);
    return add(stem + "/dims", Operator.CONCAT, axis, parts.toArray(String[]::new));
  }

  /** Adds a vector of integers and returns its name. */
  String constant(String stem, long... values) {
    String name = draft.integers(stem, values);
    after.addWeight(name, Weight.constant(Tensor.vector(values)));
    return name;
  }

  /** Adds a node with one result of a new name, which it returns. */
  String add(String stem, Operator operator, Attributes attributes, String... operands) {
    String name = draft.fresh(stem);
    append(new Node(operator, attributes, List.of(operands), List.of(name)));
    return name;
  }

  /** The batch size, a vector of one element. */
  private String count() {
    if (count.isEmpty()) {
      Attributes first = Attributes.none().with("start", 0L).with("end", 1L);
      count = Optional.of(add("batch", Operator.SHAPE, first, image));
    }
    return count.get();
  }

  /** Cutting a whole batch out of a batch. */
  private void slice(Node node) {
    Optional<Integer> axis = axis(node.inputs().get(0));
    Optional<Tensor> ends = after.constant(node.inputs().get(2));
    if (axis.isEmpty() || ends.isEmpty() || batch == 1) {
      append(node);
      return;
    }
    long[] last = ends.get().integers().clone();
    boolean changed = false;
    for (int i = 0; i < last.length; i++) {
      long along = i;
      if (node.inputs().size() > 3) {
        along = after.constant(node.inputs().get(3)).orElseThrow().integers()[i];
      }
      int rank = shape(node.inputs().get(0)).rank();
      boolean whole = (along + rank) % rank == axis.get() && last[i] == batch;
      last[i] = whole ? Long.MAX_VALUE : last[i];
      changed |= whole;
    }
    List<String> inputs = new ArrayList<>(node.inputs());
    if (changed) {
      inputs.set(2, constant(node.outputs().get(0) + "/ends", last));
    }
    append(new Node(node.operator(), node.attributes(), inputs, node.outputs()));
  }

  /** Beside images, a constant of one row stands for one of each image. */
  private void concat(Node node) {
    Optional<String> images = node.inputs().stream().filter(x -> axis(x).isPresent()).findFirst();
    if (images.isEmpty()) {
      append(node);
      return;
    }
    int place = axis(images.get()).orElseThrow();
    int rank = shape(images.get()).rank();
    long along = (node.attributes().integer("axis", 0) + rank) % rank;
    List<String> inputs = new ArrayList<>();
    for (String x : node.inputs()) {
      boolean one = axis(x).isEmpty() && along != place && shape(x).dim(place).equals(Dim.of(1));
      inputs.add(one ? repeated(x, place) : x);
    }
    append(new Node(node.operator(), node.attributes(), inputs, node.outputs()));
  }

  private String repeated(String x, int place) {
    String target = withBatch(x + "/each", fixed(shape(x)), place);
    return add(x + "/repeated", Operator.EXPAND, Attributes.none(), x, target);
  }
}
