package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertIntegers;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.booleans;
import static retort.graph.Applying.reals;
import static retort.graph.Applying.row;
import static retort.graph.Applying.shape;
import static retort.graph.Operator.*;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BroadcastingOperatorTest {

  static Stream<Arguments> ofTwoAndMinusThree() {
    return Stream.of(
        arguments(ADD, -1),
        arguments(SUB, 5),
        arguments(MUL, -6),
        arguments(DIV, -2.0 / 3),
        arguments(POW, 0.125),
        arguments(MIN, -3),
        arguments(MAX, 2),
        arguments(SUM, -1),
        arguments(MEAN, -0.5));
  }

  @ParameterizedTest(name = "{0} of 2 and -3 is {1}")
  @MethodSource("ofTwoAndMinusThree")
  void computesFromTwoNumbers(Operator operator, double expected) {
    assertReals(apply(operator, row(2), row(-3)), expected);
  }

  static Stream<Arguments> comparisons() {
    return Stream.of(
        arguments(EQUAL, new long[] {0, 1, 0, 0}),
        arguments(GREATER, new long[] {0, 0, 1, 0}),
        arguments(GREATER_OR_EQUAL, new long[] {0, 1, 1, 0}),
        arguments(LESS, new long[] {1, 0, 0, 0}),
        arguments(LESS_OR_EQUAL, new long[] {1, 1, 0, 0}));
  }

  @ParameterizedTest(name = "{0} of 1, 2, 3, NaN and 2")
  @MethodSource("comparisons")
  void comparesRealsAndIntegers(Operator operator, long[] expected) {
    assertIntegers(apply(operator, row(1, 2, 3, Double.NaN), Tensor.scalar(2)), expected);

    Tensor ofIntegers = apply(operator, Tensor.vector(1, 2, 3), Tensor.vector(2));
    assertIntegers(ofIntegers, expected[0], expected[1], expected[2]);
    assertThat(ofIntegers.type()).isEqualTo(DataType.BOOL);
  }

  @Test
  void axesOfLengthOneAreRepeated() {
    Tensor sum = apply(ADD, reals(shape(2, 1), 10, 20), row(1, 2, 3));

    assertShape(sum, 2, 3);
    assertReals(sum, 11, 12, 13, 21, 22, 23);
  }

  @Test
  void anyNumberOfOperandsIsFolded() {
    Tensor column = reals(shape(2, 1), 3, 6);

    assertReals(apply(SUM, row(1, 2), column, Tensor.scalar(1)), 5, 6, 8, 9);
    assertReals(apply(MEAN, row(1, 2), column, Tensor.scalar(2)), 2, 7.0 / 3, 3, 10.0 / 3);
    assertReals(apply(MAX, row(1, 4), column, Tensor.scalar(2)), 3, 4, 6, 6);
    assertReals(apply(MIN, row(1, 4)), 1, 4);
  }

  @Test
  void notANumberIsNeitherHiddenByMinNorByMax() {
    assertThat(apply(MAX, row(Double.NaN, 1), row(1, Double.NaN)).reals()).containsOnly(Double.NaN);
    assertThat(apply(MIN, row(Double.NaN, 1), row(1, Double.NaN)).reals()).containsOnly(Double.NaN);
  }

  @Test
  void shapesThatDoNotBroadcastAreNamed() {
    assertThatThrownBy(() -> apply(ADD, row(1, 2), row(1, 2, 3)))
        .isInstanceOf(GraphException.class)
        .hasMessage("Add 'y0': shapes [2] and [3] do not broadcast");
  }

  @Test
  void typesAreNotMixed() {
    assertThatThrownBy(() -> apply(MUL, row(1), Tensor.vector(1)))
        .isInstanceOf(GraphException.class)
        .hasMessage("Mul 'y0': operands are FLOAT32 and INT64; cast one of them");
  }

  @Test
  void integerDivisionTruncatesTowardsZero() {
    assertIntegers(apply(DIV, Tensor.vector(7, -7, 7), Tensor.vector(2, 2, -2)), 3, -3, -3);
  }

  @Test
  void narrowIntegersWrap() {
    Tensor bytes = Tensor.integers(DataType.UINT8, shape(1), 250);

    assertIntegers(apply(ADD, bytes, bytes), 244);
  }

  @Test
  void remainderHasTheSignOfTheDivisorOrWithFmodOfTheDividend() {
    Tensor a = Tensor.vector(7, -7, 7, -7);
    Tensor b = Tensor.vector(3, 3, -3, -3);
    Attributes fmod = Attributes.none().with("fmod", 1);

    assertIntegers(apply(MOD, a, b), 1, 2, -2, -1);
    assertIntegers(apply(MOD, fmod, a, b), 1, -1, 1, -1);
    assertReals(apply(MOD, fmod, row(5.5, -5.5), row(2, 2)), 1.5, -1.5);
    assertThatThrownBy(() -> apply(MOD, row(1), row(2)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("fmod=1");
  }

  @Test
  void powersHaveTheTypeOfTheBase() {
    assertReals(apply(POW, row(1.5), Tensor.vector(2)), 2.25);
    assertIntegers(apply(POW, Tensor.vector(3), Tensor.vector(39)), 4052555153018976267L);
    assertIntegers(apply(POW, Tensor.vector(9), row(0.5)), 3);
  }

  @Test
  void connectivesCombineBooleans() {
    Tensor a = booleans(0, 0, 1, 1);
    Tensor b = booleans(0, 1, 0, 1);

    assertIntegers(apply(AND, a, b), 0, 0, 0, 1);
    assertIntegers(apply(OR, a, b), 0, 1, 1, 1);
    assertIntegers(apply(XOR, a, b), 0, 1, 1, 0);
    assertThatThrownBy(() -> apply(AND, a, Tensor.vector(1)))
        .isInstanceOf(GraphException.class)
        .hasMessage("And 'y0': operand 1 must be of type BOOL, not INT64");
  }

  @Test
  void whereChoosesAndBroadcastsAllThree() {
    Tensor condition = booleans(1, 0);

    Tensor result = apply(WHERE, condition, reals(shape(2, 1), 1, 2), Tensor.scalar(-1));

    assertShape(result, 2, 2);
    assertReals(result, 1, -1, 2, -1);
    assertIntegers(apply(WHERE, condition, Tensor.vector(1, 2), Tensor.vector(3, 4)), 1, 4);
  }
}
