package retort.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertIntegers;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.integer;
import static retort.graph.Applying.reals;
import static retort.graph.Applying.row;
import static retort.graph.Applying.shape;
import static retort.graph.Operator.EXPAND;
import static retort.graph.Operator.GATHER;
import static retort.graph.Operator.GATHER_ELEMENTS;
import static retort.graph.Operator.ONE_HOT;
import static retort.graph.Operator.TILE;

import org.junit.jupiter.api.Test;

class IndexingTest {

  @Test
  void gatherReplacesAnAxisByThoseOfTheIndices() {
    Attributes columns = Attributes.none().with("axis", 1);
    Tensor x = counting(2, 3);

    assertReals(apply(GATHER, x, Tensor.vector(1, -2)), 3, 4, 5, 0, 1, 2);
    assertReals(apply(GATHER, columns, x, integer(-1)), 2, 5);
    assertShape(apply(GATHER, columns, x, integer(0)), 2);
    assertShape(apply(GATHER, columns, x, Tensor.vector(0, 1, 2, 0).reshaped(2, 2)), 2, 2, 2);
    assertIntegers(apply(GATHER, Tensor.vector(5, 6, 7), Tensor.vector(2)), 7);
  }

  @Test
  void gatherNamesAnIndexOutside() {
    assertThatThrownBy(() -> apply(GATHER, counting(3), Tensor.vector(3)))
        .isInstanceOf(GraphException.class)
        .hasMessage("Gather 'y0': index 3 is outside an axis of length 3");
  }

  @Test
  void gatherElementsReadsEachAtItsOwnPlace() {
    Tensor x = reals(shape(2, 2), 1, 2, 3, 4);
    Attributes columns = Attributes.none().with("axis", 1);

    assertReals(
        apply(GATHER_ELEMENTS, columns, x, Tensor.vector(0, 0, -1, 0).reshaped(2, 2)), 1, 1, 4, 3);
    assertReals(apply(GATHER_ELEMENTS, x, Tensor.vector(1, 0).reshaped(1, 2)), 3, 2);
  }

  @Test
  void oneHotMarksThePlaceThatTheIndexNames() {
    Tensor offOn = row(0.5, 2);

    Tensor last = apply(ONE_HOT, Tensor.vector(0, -1, 5), integer(3), offOn);
    assertShape(last, 3, 3);
    assertReals(last, 2, 0.5, 0.5, 0.5, 0.5, 2, 0.5, 0.5, 0.5);

    Tensor first =
        apply(
            ONE_HOT, Attributes.none().with("axis", 0), Tensor.vector(1), Tensor.vector(2), offOn);
    assertShape(first, 2, 1);
    assertReals(first, 0.5, 2);
    assertIntegers(apply(ONE_HOT, Tensor.vector(1), integer(2), Tensor.vector(0, 9)), 0, 9);
  }

  @Test
  void expandBroadcastsBothWays() {
    assertReals(apply(EXPAND, reals(shape(2, 1), 1, 2), Tensor.vector(2)), 1, 1, 2, 2);
    assertShape(apply(EXPAND, counting(3, 1), Tensor.vector(2, 1, 4)), 2, 3, 4);
    assertShape(apply(EXPAND, counting(3, 4), Tensor.vector(1)), 3, 4);
  }

  @Test
  void tileRepeatsTheWhole() {
    Tensor tiled = apply(TILE, reals(shape(1, 2), 1, 2), Tensor.vector(2, 2));

    assertShape(tiled, 2, 4);
    assertReals(tiled, 1, 2, 1, 2, 1, 2, 1, 2);
    assertShape(apply(TILE, counting(2), Tensor.vector(0)), 0);
  }
}
