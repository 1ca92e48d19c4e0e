package retort.graph;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns an input into a constant, for example the sigma of a one-step generator.
 *
 * <p>An input {@code [N, ...]} that is fixed is the same for every image of a batch, and so is what
 * is computed from it alone. Those values are computed once, for a batch of one, instead of N times
 * (see {@link SharedValues}); {@link ConstantFolding} can then remove the computation. Where such a
 * value meets the rest of the network it broadcasts, or, where the operator does not broadcast, is
 * expanded to the batch size of another input.
 */
public final class InputFixing {
  /** Operators that broadcast, so that a batch of one may stand for any. */
  private static final Set<Operator> BROADCASTING =
      Set.of(Operator.ADD, Operator.SUB, Operator.MUL, Operator.DIV, Operator.POW, Operator.WHERE);

  private final Graph graph;
  private final String input;
  private final Types types;
  private final Draft draft;
  private final SharedValues shared;
  private final Map<String, String> renamed = new HashMap<>();
  private final Map<String, String> expanded = new HashMap<>();
  private Optional<String> batch = Optional.empty();

  private InputFixing(Graph graph, Graph.Input fixed, Tensor one, Tensor several) {
    this.graph = graph;
    input = fixed.name();
    types = Types.of(graph);
    draft = new Draft(graph);
    shared = new SharedValues(graph, input, one, several);
  }

  /**
   * The graph without an input.
   *
   * <pre>{@code
   * Graph generator = InputFixing.fix(denoiser, "sigma", Tensor.scalar(2.5));
   * }</pre>
   *
   * @param graph the graph
   * @param input name of the input
   * @param value its value for every image; broadcasts to the shape of the input
   * @return the graph in which the input's name is a constant, {@code [1, ...]} where the input was
   *     {@code [N, ...]}; its results are right for every batch size
   * @throws GraphException when there is no such input, the value does not fit, or the batch size
   *     has to be known but no other input has one
   */
  public static Graph fix(Graph graph, String input, Tensor value) {
    Graph.Input fixed =
        graph
            .input(input)
            .orElseThrow(
                () ->
                    new GraphException(
                        "there is no input '"
                            + input
                            + "' to fix; the inputs are "
                            + graph.inputs().stream().map(Graph.Input::name).toList()));
    Tensor one = broadcast(fixed, value, 1);
    Tensor several = broadcast(fixed, value, SharedValues.BATCH);
    return new InputFixing(graph, fixed, one, several).rewrite(one);
  }

  private static Tensor broadcast(Graph.Input input, Tensor value, int batch) {
    int[] shape = input.shape().at(batch);
    int[] given = value.shape();
    boolean fits = given.length <= shape.length && input.type() == value.type();
    for (int i = 1; fits && i <= given.length; i++) {
      int dim = given[given.length - i];
      fits = dim == 1 || dim == shape[shape.length - i];
    }
    if (!fits) {
      throw new GraphException(
          "input '"
              + input.name()
              + "' is "
              + input.type()
              + input.shape()
              + " and cannot be fixed to a value "
              + value
              + ", which must be the same for every image");
    }
    int[] offsets = Broadcast.offsets(given, shape);
    if (value.type() == DataType.FLOAT32) {
      float[] floats = value.floats();
      return Tensor.reals(
          value.type(), shape, Arrays.stream(offsets).mapToDouble(i -> floats[i]).toArray());
    }
    if (value.type().isFloating()) {
      double[] reals = value.reals();
      return Tensor.reals(
          value.type(), shape, Arrays.stream(offsets).mapToDouble(i -> reals[i]).toArray());
    }
    long[] integers = value.integers();
    return Tensor.integers(
        value.type(), shape, Arrays.stream(offsets).mapToLong(i -> integers[i]).toArray());
  }

  private Graph rewrite(Tensor value) {
    Set<String> outputs = new HashSet<>(graph.outputs());
    for (String output : outputs) {
      if (shared.axis(output).isPresent()) {
        renamed.put(output, draft.fresh(output + "/one"));
      }
    }
    draft.fix(input, one(input), value);
    for (Node node : graph.nodes()) {
      boolean once = node.outputs().stream().allMatch(shared::contains);
      List<String> operands =
          node.inputs().stream()
              .map(name -> once || broadcasts(node, name) ? one(name) : batched(name))
              .toList();
      List<String> results = node.outputs().stream().map(this::one).toList();
      draft.append(new Node(node.operator(), node.attributes(), operands, results));
    }
    for (String output : renamed.keySet()) {
      expand(output, output);
    }
    return draft.build();
  }

  /** The name of a value, in the new graph, for a batch of one. */
  private String one(String name) {
    return renamed.getOrDefault(name, name);
  }

  /** Whether an operand does as well with a batch of one, because another one brings the batch. */
  private boolean broadcasts(Node node, String operand) {
    Optional<Integer> axis = shared.axis(operand);
    if (axis.isEmpty()) {
      return true;
    }
    if (!BROADCASTING.contains(node.operator())) {
      return false;
    }
    int fromEnd = types.type(operand).shape().rank() - axis.get();
    return node.inputs().stream()
        .filter(other -> !shared.contains(other))
        .map(other -> types.type(other).shape())
        .anyMatch(
            shape ->
                shape.rank() >= fromEnd && shape.dim(shape.rank() - fromEnd).equals(Dim.BATCH));
  }

  /** The name of a value with as many images as the batch. */
  private String batched(String name) {
    return shared.axis(name).isEmpty()
        ? name
        : expanded.computeIfAbsent(name, shared -> expand(shared, draft.fresh(shared + "/batch")));
  }

  private String expand(String name, String result) {
    int rank = types.type(name).shape().rank();
    int axis = shared.axis(name).orElseThrow();
    String target = batch();
    if (rank > 1) {
      long[] before = new long[axis];
      long[] after = new long[rank - axis - 1];
      Arrays.fill(before, 1);
      Arrays.fill(after, 1);
      target =
          draft.add(
              result + "/shape",
              Operator.CONCAT,
              Attributes.none().with("axis", 0L),
              draft.integers(result + "/before", before),
              target,
              draft.integers(result + "/after", after));
    }
    draft.result(result, Operator.EXPAND, Attributes.none(), one(name), target);
    return result;
  }

  /** A vector of one element, the batch size. */
  private String batch() {
    if (batch.isEmpty()) {
      for (Graph.Input other : graph.inputs()) {
        int axis = other.shape().dims().indexOf(Dim.BATCH);
        if (axis >= 0 && !other.name().equals(input)) {
          Attributes range =
              Attributes.none().with("start", (long) axis).with("end", (long) axis + 1);
          batch = Optional.of(draft.add("batch", Operator.SHAPE, range, other.name()));
          break;
        }
      }
    }
    return batch.orElseThrow(
        () ->
            new GraphException(
                "no input would be left that says how large the batch is; keep '"
                    + input
                    + "' or fix the batch size first"));
  }
}
