package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Spells out the operators beyond ONNX in plain ones, in the form that ONNX Runtime runs fastest on
 * a CPU. {@link PatternRaising} undoes it.
 *
 * <ul>
 *   <li>Silu: {@code x * Sigmoid(x)}, which the runtime fuses.
 *   <li>GroupNorm: each group as one channel of an InstanceNormalization, then scale and bias per
 *       channel; 1.6 to 2 times faster than GroupNormalization, which has no CPU kernel.
 *   <li>Attention: {@code MatMul(Softmax(MatMul(q * scale, k^T)), v)}.
 *   <li>StopGradient: left out.
 *   <li>Dropout: its ratio as an operand, as newer opsets want it; still the identity in inference.
 * </ul>
 */
public final class Lowering {
  private final Draft draft;
  private final Types types;

  private Lowering(Graph graph) {
    draft = new Draft(graph);
    types = Types.of(graph);
  }

  /**
   * The same function in operators of ONNX opset 21. Weights keep their names, shapes and roles;
   * results keep their names.
   *
   * <pre>{@code
   * Graph plain = Lowering.lower(network);
   * }</pre>
   *
   * @throws GraphException when the graph cannot be typed
   */
  public static Graph lower(Graph graph) {
    Graph passed = Bypass.of(graph, node -> node.operator() == Operator.STOP_GRADIENT);
    Lowering lowering = new Lowering(passed);
    passed.nodes().forEach(lowering::lower);
    return lowering.draft.build();
  }

  private void lower(Node node) {
    switch (node.operator()) {
      case SILU -> silu(node);
      case GROUP_NORM -> groupNorm(node);
      case ATTENTION -> attention(node);
      case DROPOUT -> dropout(node);
      default -> draft.append(node);
    }
  }

  private void silu(Node node) {
    String x = node.inputs().get(0);
    String y = node.outputs().get(0);
    String gate = draft.add(y + "/gate", Operator.SIGMOID, Attributes.none(), x);
    draft.result(y, Operator.MUL, Attributes.none(), x, gate);
  }

  private void groupNorm(Node node) {
    String x = node.inputs().get(0);
    String y = node.outputs().get(0);
    TensorType type = types.type(x);
    long groups = node.attributes().integer("groups", 1);
    int[] perGroup = {Math.toIntExact(groups)};
    String grouped =
        draft.add(
            y + "/grouped",
            Operator.RESHAPE,
            Attributes.none(),
            x,
            draft.integers(y + "/grouped/shape", 0, groups, -1));
    String normal =
        draft.add(
            y + "/normal",
            Operator.INSTANCE_NORMALIZATION,
            Attributes.none().with("epsilon", node.attributes().real("epsilon", 1e-5)),
            grouped,
            draft.constant(y + "/ones", filled(type.type(), 1, perGroup)),
            draft.constant(y + "/zeros", filled(type.type(), 0, perGroup)));
    String shape = shapeOf(x, type.shape(), y);
    String normalized =
        draft.add(y + "/normalized", Operator.RESHAPE, Attributes.none(), normal, shape);
    long[] channelwise = new long[type.shape().rank() - 1];
    Arrays.fill(channelwise, 1);
    channelwise[0] = -1;
    String scaled =
        draft.add(
            y + "/scaled",
            Operator.MUL,
            Attributes.none(),
            normalized,
            channelwise(node.inputs().get(1), y + "/scale", channelwise));
    draft.result(
        y,
        Operator.ADD,
        Attributes.none(),
        scaled,
        channelwise(node.inputs().get(2), y + "/bias", channelwise));
  }

  /** A vector over channels, shaped so that it broadcasts over images. */
  private String channelwise(String vector, String stem, long... shape) {
    return shape.length == 1
        ? vector
        : draft.add(
            stem,
            Operator.RESHAPE,
            Attributes.none(),
            vector,
            draft.integers(stem + "/shape", shape));
  }

  /** The operand that gives a reshaped value the shape of {@code x} back. */
  private String shapeOf(String x, Shape shape, String stem) {
    List<Dim> rest = shape.dims().subList(1, shape.rank());
    if (rest.stream().allMatch(Dim::isKnown)) {
      LongStream dims = rest.stream().mapToLong(Dim::constant);
      return draft.integers(stem + "/shape", LongStream.concat(LongStream.of(0), dims).toArray());
    }
    return draft.add(stem + "/shape", Operator.SHAPE, Attributes.none(), x);
  }

  private void attention(Node node) {
    String q = node.inputs().get(0);
    String k = node.inputs().get(1);
    String y = node.outputs().get(0);
    TensorType type = types.type(q);
    int rank = type.shape().rank();
    double usual = 1 / Math.sqrt((double) type.shape().dim(rank - 1).constant());
    double scale = node.attributes().real("scale", usual);
    long[] swapped = LongStream.range(0, rank).toArray();
    swapped[rank - 2] = rank - 1L;
    swapped[rank - 1] = rank - 2L;
    String scaled =
        draft.add(
            y + "/scaled",
            Operator.MUL,
            Attributes.none(),
            q,
            draft.constant(y + "/scale", filled(type.type(), scale)));
    String keys =
        draft.add(y + "/keys", Operator.TRANSPOSE, Attributes.none().with("perm", swapped), k);
    String scores = draft.add(y + "/scores", Operator.MAT_MUL, Attributes.none(), scaled, keys);
    String weights =
        draft.add(y + "/weights", Operator.SOFTMAX, Attributes.none().with("axis", -1L), scores);
    draft.result(y, Operator.MAT_MUL, Attributes.none(), weights, node.inputs().get(2));
  }

  private void dropout(Node node) {
    List<String> operands = new ArrayList<>(node.inputs().subList(0, 1));
    String y = node.outputs().get(0);
    double ratio = node.attributes().real("ratio", 0.5);
    operands.add(draft.constant(y + "/ratio", filled(DataType.FLOAT32, ratio)));
    draft.append(new Node(Operator.DROPOUT, node.attributes(), operands, node.outputs()));
  }

  private static Tensor filled(DataType type, double value, int... shape) {
    double[] values = new double[Tensor.elements(shape)];
    Arrays.fill(values, value);
    return Tensor.reals(type, shape, values);
  }
}
