package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertIntegers;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.integer;
import static retort.graph.Applying.row;
import static retort.graph.Operator.CONSTANT;
import static retort.graph.Operator.CONSTANT_OF_SHAPE;
import static retort.graph.Operator.RANGE;
import static retort.graph.Operator.SHAPE;
import static retort.graph.Operator.SIZE;
import static retort.graph.Operator.TRILU;

import org.junit.jupiter.api.Test;

class FillingTest {
  private static final Tensor X = counting(2, 3, 4);

  @Test
  void shapeMayBeCutAndItsBoundsAreClamped() {
    assertIntegers(apply(SHAPE, X), 2, 3, 4);
    assertIntegers(apply(SHAPE, Attributes.none().with("start", -2), X), 3, 4);
    assertIntegers(apply(SHAPE, Attributes.none().with("start", 1).with("end", -1), X), 3);
    assertIntegers(apply(SHAPE, Attributes.none().with("start", -9).with("end", 9), X), 2, 3, 4);
    assertIntegers(apply(SHAPE, Attributes.none().with("start", 2).with("end", 1), X));
    assertIntegers(apply(SHAPE, Tensor.scalar(1)));
  }

  @Test
  void sizeCountsElements() {
    assertIntegers(apply(SIZE, X), 24);
    assertIntegers(apply(SIZE, Tensor.scalar(1)), 1);
  }

  @Test
  void constantTakesItsValueFromOneOfFiveAttributes() {
    Attributes none = Attributes.none();

    assertReals(apply(CONSTANT, none.with("value", row(1, 2))), 1, 2);
    assertReals(apply(CONSTANT, none.with("value_float", 0.5)), 0.5);
    assertReals(apply(CONSTANT, none.with("value_floats", new double[] {0.5, 1})), 0.5, 1);
    assertIntegers(apply(CONSTANT, none.with("value_int", 3)), 3);
    assertIntegers(apply(CONSTANT, none.with("value_ints", new long[] {3, 4})), 3, 4);
    assertShape(apply(CONSTANT, none.with("value_int", 3)));
    assertThatThrownBy(() -> apply(CONSTANT))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("needs one of value, value_float");
  }

  @Test
  void constantOfShapeIsZeroUnlessToldOtherwise() {
    Tensor zeros = apply(CONSTANT_OF_SHAPE, Tensor.vector(2, 2));
    assertThat(zeros.type()).isEqualTo(DataType.FLOAT32);
    assertReals(zeros, 0, 0, 0, 0);

    Attributes nine = Attributes.none().with("value", Tensor.vector(9));
    assertIntegers(apply(CONSTANT_OF_SHAPE, nine, Tensor.vector(3)), 9, 9, 9);
    assertShape(apply(CONSTANT_OF_SHAPE, Tensor.vector()));
  }

  @Test
  void rangeStopsBeforeItsLimitInEitherDirection() {
    assertIntegers(apply(RANGE, integer(1), integer(10), integer(3)), 1, 4, 7);
    assertIntegers(apply(RANGE, integer(10), integer(1), integer(-4)), 10, 6, 2);
    assertIntegers(apply(RANGE, integer(5), integer(1), integer(1)));
    assertReals(apply(RANGE, Tensor.scalar(0), Tensor.scalar(1), Tensor.scalar(0.4)), 0, 0.4, 0.8);
  }

  @Test
  void triluKeepsOneTriangle() {
    Attributes lower = Attributes.none().with("upper", 0);
    Tensor x = row(1, 2, 3, 4).reshaped(2, 2);

    assertReals(apply(TRILU, x), 1, 2, 0, 4);
    assertReals(apply(TRILU, lower, x), 1, 0, 3, 4);
    assertReals(apply(TRILU, x, integer(1)), 0, 2, 0, 0);
    assertReals(apply(TRILU, lower, x, integer(-1)), 0, 0, 3, 0);
  }
}
