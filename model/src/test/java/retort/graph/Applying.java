package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Applies single operators to tensors, for the tests that specify operators. */
final class Applying {
  private static final double TOLERANCE = 1e-12;

  private Applying() {}

  /** The first result; null stands for an operand left out. */
  static Tensor apply(Operator operator, Attributes attributes, @Nullable Tensor... operands) {
    return applyAll(operator, attributes, 1, operands).get(0);
  }

  static Tensor apply(Operator operator, @Nullable Tensor... operands) {
    return apply(operator, Attributes.none(), operands);
  }

  /** All results, which must be of the types that the shape rule says. */
  static List<Tensor> applyAll(
      Operator operator, Attributes attributes, int results, @Nullable Tensor... operands) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < operands.length; i++) {
      names.add(operands[i] == null ? "" : "x" + i);
    }
    List<String> outputs = IntStream.range(0, results).mapToObj(i -> "y" + i).toList();
    Node node = new Node(operator, attributes, names, outputs);
    Site site = Site.computed(node, new ArrayList<>(Arrays.asList(operands)));
    List<Tensor> values = operator.evaluate(site);
    List<TensorType> types = operator.infer(site);
    for (int i = 0; i < results; i++) {
      Tensor value = values.get(i);
      assertThat(TensorType.of(value.type(), value.shape())).isEqualTo(types.get(i));
    }
    return values;
  }

  static Tensor reals(int[] shape, double... values) {
    return Tensor.reals(DataType.FLOAT32, shape, values);
  }

  /** A vector of real numbers. */
  static Tensor row(double... values) {
    return reals(new int[] {values.length}, values);
  }

  /** The numbers 0, 1, 2, ... in a shape. */
  static Tensor counting(int... shape) {
    return reals(shape, IntStream.range(0, Tensor.elements(shape)).asDoubleStream().toArray());
  }

  static Tensor integer(long value) {
    return Tensor.integers(DataType.INT64, new int[0], value);
  }

  static Tensor booleans(int... values) {
    return Tensor.integers(
        DataType.BOOL, new int[] {values.length}, Arrays.stream(values).asLongStream().toArray());
  }

  static int[] shape(int... dims) {
    return dims;
  }

  static void assertReals(Tensor actual, double... expected) {
    assertThat(actual.type().isFloating()).isTrue();
    assertThat(actual.reals()).containsExactly(expected, within(TOLERANCE));
  }

  static void assertIntegers(Tensor actual, long... expected) {
    assertThat(actual.type().isFloating()).isFalse();
    assertThat(actual.integers()).containsExactly(expected);
  }

  static void assertShape(Tensor actual, int... expected) {
    assertThat(actual.shape()).containsExactly(expected);
  }
}
