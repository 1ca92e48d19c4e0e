package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertIntegers;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.integer;
import static retort.graph.Applying.reals;
import static retort.graph.Applying.row;
import static retort.graph.Applying.shape;
import static retort.graph.Operator.*;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReductionTest {
  private static final Attributes DROPPED = Attributes.none().with("keepdims", 0);
  private static final Attributes NOTHING = Attributes.none().with("noop_with_empty_axes", 1);

  static Stream<Arguments> ofMinusOneAndTwo() {
    return Stream.of(
        arguments(REDUCE_SUM, 1, new double[] {-1, 2}),
        arguments(REDUCE_MEAN, 0.5, new double[] {-1, 2}),
        arguments(REDUCE_MAX, 2, new double[] {-1, 2}),
        arguments(REDUCE_MIN, -1, new double[] {-1, 2}),
        arguments(REDUCE_PROD, -2, new double[] {-1, 2}),
        arguments(REDUCE_L1, 3, new double[] {1, 2}),
        arguments(REDUCE_L2, Math.sqrt(5), new double[] {1, 2}),
        arguments(REDUCE_SUM_SQUARE, 5, new double[] {1, 4}),
        arguments(REDUCE_LOG_SUM_EXP, Math.log(Math.exp(-1) + Math.exp(2)), new double[] {-1, 2}));
  }

  @ParameterizedTest(name = "{0} of -1 and 2 is {1}")
  @MethodSource("ofMinusOneAndTwo")
  void reducesAllAxesByDefault(Operator operator, double expected, double[] untouched) {
    Tensor kept = apply(operator, reals(shape(1, 2), -1, 2));

    assertShape(kept, 1, 1);
    assertReals(kept, expected);
    assertReals(apply(operator, row(-1, 2), Tensor.vector()), expected);
    assertShape(apply(operator, DROPPED, row(-1, 2)));
  }

  @ParameterizedTest(name = "{0} over no axis")
  @MethodSource("ofMinusOneAndTwo")
  void reducesNoAxisWhenAskedTo(Operator operator, double expected, double[] untouched) {
    assertReals(apply(operator, NOTHING, row(-1, 2)), untouched);
    assertReals(apply(operator, NOTHING, row(-1, 2), Tensor.vector()), untouched);
    assertReals(apply(operator, NOTHING, row(-1, 2), Tensor.vector(0)), expected);
  }

  @Test
  void axesMayCountFromTheEndAndStandInAnyOrder() {
    Tensor x = counting(2, 3, 2);

    Tensor sum = apply(REDUCE_SUM, DROPPED, x, Tensor.vector(-1, 0));

    assertShape(sum, 3);
    assertReals(sum, 14, 22, 30);
    assertShape(apply(REDUCE_SUM, x, Tensor.vector(1)), 2, 1, 2);
  }

  @Test
  void integersAreReducedExactly() {
    Tensor large = Tensor.vector((1L << 60) + 1, 1L << 60);

    assertIntegers(apply(REDUCE_SUM, large), (1L << 61) + 1);
    assertIntegers(apply(REDUCE_MAX, large), (1L << 60) + 1);
    assertIntegers(apply(REDUCE_PROD, Tensor.vector(2, -3)), -6);
    assertThat(apply(REDUCE_SUM, Tensor.integers(DataType.INT32, shape(1), 7)).type())
        .isEqualTo(DataType.INT32);
  }

  @Test
  void logSumExpDoesNotOverflow() {
    assertReals(apply(REDUCE_LOG_SUM_EXP, row(1000, 1000)), 1000 + Math.log(2));
    assertThat(apply(REDUCE_LOG_SUM_EXP, row(Double.NEGATIVE_INFINITY)).reals())
        .containsExactly(Double.NEGATIVE_INFINITY);
  }

  @Test
  void axisOutsideTheTensorIsNamed() {
    assertThatThrownBy(() -> apply(REDUCE_SUM, counting(2, 3), Tensor.vector(2)))
        .isInstanceOf(GraphException.class)
        .hasMessage("ReduceSum 'y0': axis 2 is outside a tensor of rank 2");
  }

  @Test
  void firstOfEqualExtremesIsChosenOrTheLast() {
    Tensor x = reals(shape(2, 3), 2, 2, 1, 0, 3, 3);
    Attributes last = Attributes.none().with("select_last_index", 1);

    assertIntegers(apply(ARG_MAX, x), 0, 1, 1);
    assertIntegers(apply(ARG_MAX, DROPPED.with("axis", -1), x), 0, 1);
    assertIntegers(apply(ARG_MAX, last.with("axis", 1), x), 1, 2);
    assertIntegers(apply(ARG_MIN, DROPPED.with("axis", 1), x), 2, 0);
    assertShape(apply(ARG_MAX, Attributes.none().with("axis", 1), x), 2, 1);
  }

  @Test
  void runningSumsMayLeaveOutTheirOwnElementAndRunBackwards() {
    Attributes exclusive = Attributes.none().with("exclusive", 1);
    Attributes reverse = Attributes.none().with("reverse", 1);
    Tensor x = row(1, 2, 3);

    assertReals(apply(CUM_SUM, x, integer(0)), 1, 3, 6);
    assertReals(apply(CUM_SUM, exclusive, x, integer(-1)), 0, 1, 3);
    assertReals(apply(CUM_SUM, reverse, x, integer(0)), 6, 5, 3);
    assertReals(apply(CUM_SUM, exclusive.with("reverse", 1), x, integer(0)), 5, 3, 0);
    assertReals(apply(CUM_SUM, counting(2, 2), integer(0)), 0, 1, 2, 4);
    assertIntegers(apply(CUM_SUM, Tensor.vector(1, 2), integer(0)), 1, 3);
  }
}
