package retort.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertIntegers;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.booleans;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.row;
import static retort.graph.Operator.PAD;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PaddingTest {

  static Stream<Arguments> bordersOfOneTwoThree() {
    return Stream.of(
        arguments("constant", 2, 1, new double[] {0, 0, 1, 2, 3, 0}),
        arguments("reflect", 2, 1, new double[] {3, 2, 1, 2, 3, 2}),
        arguments("edge", 2, 1, new double[] {1, 1, 1, 2, 3, 3}),
        arguments("wrap", 2, 1, new double[] {2, 3, 1, 2, 3, 1}),
        arguments("constant", -1, -1, new double[] {2}),
        arguments("edge", -1, 2, new double[] {2, 3, 3, 3}),
        arguments("wrap", -1, 2, new double[] {2, 3, 2, 3}));
  }

  @ParameterizedTest(name = "{0} of {1} before and {2} behind")
  @MethodSource("bordersOfOneTwoThree")
  void bordersFollowTheMode(String mode, long before, long behind, double[] expected) {
    Attributes attributes = Attributes.none().with("mode", mode);

    assertReals(apply(PAD, attributes, row(1, 2, 3), Tensor.vector(before, behind)), expected);
  }

  @Test
  void widthsStandBeforeAllAxesThenBehindAll() {
    Tensor padded = apply(PAD, counting(1, 2), Tensor.vector(0, 1, 1, 0), Tensor.scalar(9));

    assertShape(padded, 2, 3);
    assertReals(padded, 9, 0, 1, 9, 9, 9);
  }

  @Test
  void axesMayBeChosen() {
    Tensor padded = apply(PAD, counting(2, 2), Tensor.vector(1, 0), null, Tensor.vector(-1));

    assertShape(padded, 2, 3);
    assertReals(padded, 0, 0, 1, 0, 2, 3);
  }

  @Test
  void integersAndBooleansArePadded() {
    Tensor ends = Tensor.vector(1, 1);

    assertIntegers(apply(PAD, Tensor.vector(5), ends, Tensor.vector(7)), 7, 5, 7);
    assertIntegers(apply(PAD, booleans(1), ends), 0, 1, 0);
  }

  @Test
  void croppingMoreThanThereIsIsRefused() {
    assertThatThrownBy(() -> apply(PAD, row(1, 2), Tensor.vector(-2, -1)))
        .isInstanceOf(GraphException.class)
        .hasMessage("Pad 'y0': crops more than the 2 elements of an axis");
  }
}
