package retort.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node and what is known of its operands: always their types (for one batch size), and their
 * values where these are constant or have been computed. An operator's rules read everything from
 * here.
 */
final class Site {
  private final Node node;
  private final List<@Nullable TensorType> types;
  private final List<@Nullable Tensor> values;

  Site(Node node, List<@Nullable TensorType> types, List<@Nullable Tensor> values) {
    this.node = node;
    this.types = types;
    this.values = values;
  }

  /** A site of which every operand has been computed; an operand left out is null. */
  static Site computed(Node node, List<@Nullable Tensor> values) {
    List<@Nullable TensorType> types = new ArrayList<>();
    for (Tensor value : values) {
      types.add(value == null ? null : TensorType.of(value.type(), value.shape()));
    }
    return new Site(node, types, values);
  }

  Node node() {
    return node;
  }

  Attributes attributes() {
    return node.attributes();
  }

  /** How many operands are written, those left out in the middle included. */
  int count() {
    return types.size();
  }

  /** Whether operand {@code i} is given. */
  boolean has(int i) {
    return i < types.size() && types.get(i) != null;
  }

  DataType type(int i) {
    return required(i).type();
  }

  /** Dimensions of operand {@code i}. */
  int[] shape(int i) {
    return required(i).shape().at(0);
  }

  int rank(int i) {
    return required(i).shape().rank();
  }

  /** An axis attribute or value counted from the end when negative, made non-negative. */
  int axis(long axis, int rank) {
    if (axis < -rank || axis >= rank) {
      throw fail("axis " + axis + " is outside a tensor of rank " + rank);
    }
    return (int) (axis < 0 ? axis + rank : axis);
  }

  Optional<Tensor> constant(int i) {
    return i < values.size() ? Optional.ofNullable(values.get(i)) : Optional.empty();
  }

  /** The value of operand {@code i}, which must be computed or constant. */
  Tensor value(int i) {
    required(i);
    return constant(i)
        .orElseThrow(
            () ->
                fail(
                    "operand '"
                        + node.inputs().get(i)
                        + "' must be a constant or follow from shapes, because it decides the"
                        + " shape of the result"));
  }

  /** The integers of operand {@code i}, which must be computed or constant. */
  long[] integers(int i) {
    return value(i).integers();
  }

  private TensorType required(int i) {
    TensorType type = i < types.size() ? types.get(i) : null;
    if (type == null) {
      throw fail("operand " + i + " is missing");
    }
    return type;
  }

  GraphException fail(String reason) {
    return new GraphException(node.label() + ": " + reason);
  }
}
