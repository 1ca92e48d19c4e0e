package retort.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.applyAll;
import static retort.graph.Applying.assertIntegers;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.row;
import static retort.graph.Operator.CONCAT;
import static retort.graph.Operator.SLICE;
import static retort.graph.Operator.SPLIT;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SlicingTest {
  private static final long MAX = Long.MAX_VALUE;
  private static final long MIN = Long.MIN_VALUE;

  static Stream<Arguments> slicesOfFive() {
    return Stream.of(
        arguments(1, 4, 1, new double[] {1, 2, 3}),
        arguments(-2, MAX, 1, new double[] {3, 4}),
        arguments(0, -1, 2, new double[] {0, 2}),
        arguments(MIN, MAX, 3, new double[] {0, 3}),
        arguments(3, 2, 1, new double[] {}),
        arguments(9, 12, 1, new double[] {}),
        arguments(-1, MIN, -1, new double[] {4, 3, 2, 1, 0}),
        arguments(MAX, MIN, -2, new double[] {4, 2, 0}),
        arguments(3, 0, -1, new double[] {3, 2, 1}),
        arguments(3, -6, -2, new double[] {3, 1}),
        arguments(-2, -5, -1, new double[] {3, 2, 1}),
        arguments(0, 3, -1, new double[] {}),
        arguments(0, MAX, MAX, new double[] {0}),
        arguments(-1, MIN, MIN, new double[] {4}));
  }

  @ParameterizedTest(name = "[{0} : {1} : {2}] of 0..4")
  @MethodSource("slicesOfFive")
  void sliceClampsItsBounds(long start, long end, long step, double[] expected) {
    Tensor axes = Tensor.vector(-1);

    Tensor result =
        apply(
            SLICE,
            counting(5),
            Tensor.vector(start),
            Tensor.vector(end),
            axes,
            Tensor.vector(step));

    assertReals(result, expected);
  }

  @Test
  void sliceStartsWithTheFirstAxisByDefault() {
    Tensor bounds = Tensor.vector(1, 0);

    Tensor result = apply(SLICE, counting(2, 3, 2), bounds, Tensor.vector(2, 2));

    assertShape(result, 1, 2, 2);
    assertReals(result, 6, 7, 8, 9);
    Tensor backwards = Tensor.vector(-1);
    assertReals(
        apply(SLICE, row(1, 2), Tensor.vector(1), Tensor.vector(MIN), null, backwards), 2, 1);
  }

  @Test
  void concatJoinsAlongAnAxis() {
    Attributes columns = Attributes.none().with("axis", -1);

    Tensor joined = apply(CONCAT, columns, counting(2, 1), counting(2, 2), counting(2, 0));

    assertShape(joined, 2, 3);
    assertReals(joined, 0, 0, 1, 1, 2, 3);
    assertIntegers(apply(CONCAT, columns, Tensor.vector(1), Tensor.vector(2, 3)), 1, 2, 3);
  }

  @Test
  void concatNamesWhatDoesNotFit() {
    assertThatThrownBy(
            () -> apply(CONCAT, Attributes.none().with("axis", 0), counting(2, 3), counting(2, 4)))
        .isInstanceOf(GraphException.class)
        .hasMessage("Concat 'y0': cannot join [2, 3] and [2, 4] along axis 0");
  }

  @Test
  void splitTakesLengthsOrACount() {
    List<Tensor> given = applyAll(SPLIT, Attributes.none(), 3, counting(6), Tensor.vector(1, 0, 5));
    assertReals(given.get(0), 0);
    assertReals(given.get(1));
    assertReals(given.get(2), 1, 2, 3, 4, 5);

    Attributes three = Attributes.none().with("num_outputs", 3).with("axis", 1);
    List<Tensor> even = applyAll(SPLIT, three, 3, counting(2, 7));
    assertReals(even.get(1), 3, 4, 5, 10, 11, 12);
    assertShape(even.get(2), 2, 1);
  }

  @Test
  void splitLengthsMustAddUp() {
    assertThatThrownBy(
            () -> applyAll(SPLIT, Attributes.none(), 2, counting(6), Tensor.vector(1, 2)))
        .isInstanceOf(GraphException.class)
        .hasMessage("Split 'y0': parts [1, 2] do not add up to 6");
  }
}
