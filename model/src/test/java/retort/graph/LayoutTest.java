package retort.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertIntegers;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.reals;
import static retort.graph.Applying.shape;
import static retort.graph.Operator.DEPTH_TO_SPACE;
import static retort.graph.Operator.FLATTEN;
import static retort.graph.Operator.RESHAPE;
import static retort.graph.Operator.SPACE_TO_DEPTH;
import static retort.graph.Operator.SQUEEZE;
import static retort.graph.Operator.TRANSPOSE;
import static retort.graph.Operator.UNSQUEEZE;

import org.junit.jupiter.api.Test;

class LayoutTest {
  private static final Tensor X = counting(2, 3, 4);

  @Test
  void reshapeZeroKeepsADimensionAndMinusOneTakesTheRest() {
    assertShape(apply(RESHAPE, X, Tensor.vector(4, 6)), 4, 6);
    assertShape(apply(RESHAPE, X, Tensor.vector(0, -1)), 2, 12);
    assertShape(apply(RESHAPE, X, Tensor.vector(-1, 0, 2)), 4, 3, 2);
    assertShape(apply(RESHAPE, counting(1), Tensor.vector()));
    assertReals(apply(RESHAPE, X, Tensor.vector(-1)), X.reals());
  }

  @Test
  void reshapeZeroMeansZeroWhenAllowed() {
    Tensor empty = counting(0, 3);

    Attributes allow = Attributes.none().with("allowzero", 1);
    assertShape(apply(RESHAPE, allow, empty, Tensor.vector(3, 0)), 3, 0);
    assertShape(apply(RESHAPE, counting(3, 0), Tensor.vector(0, 0, 7)), 3, 0, 7);
  }

  @Test
  void reshapeToAnotherNumberOfElementsIsRefused() {
    assertThatThrownBy(() -> apply(RESHAPE, X, Tensor.vector(5, 5)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("[2, 3, 4] has another number of elements than [5, 5]");
    assertThatThrownBy(() -> apply(RESHAPE, X, Tensor.vector(5, -1)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("cannot reshape [2, 3, 4] to [5, -1]");
    assertThatThrownBy(() -> apply(RESHAPE, X, Tensor.vector(-1, -1)))
        .isInstanceOf(GraphException.class);
  }

  @Test
  void flattenMakesAMatrixAtAnyAxis() {
    assertShape(apply(FLATTEN, X), 2, 12);
    assertShape(apply(FLATTEN, Attributes.none().with("axis", 0), X), 1, 24);
    assertShape(apply(FLATTEN, Attributes.none().with("axis", 3), X), 24, 1);
    assertShape(apply(FLATTEN, Attributes.none().with("axis", -1), X), 6, 4);
  }

  @Test
  void squeezeDropsTheGivenAxesOrAllOfLengthOne() {
    Tensor x = counting(1, 3, 1, 2);

    assertShape(apply(SQUEEZE, x), 3, 2);
    assertShape(apply(SQUEEZE, x, Tensor.vector(-2)), 1, 3, 2);
    assertThatThrownBy(() -> apply(SQUEEZE, x, Tensor.vector(1)))
        .isInstanceOf(GraphException.class);
  }

  @Test
  void unsqueezeCountsAxesInTheResult() {
    assertShape(apply(UNSQUEEZE, counting(2, 3), Tensor.vector(0, -1)), 1, 2, 3, 1);
    assertShape(apply(UNSQUEEZE, counting(2, 3), Tensor.vector(2, 1)), 2, 1, 1, 3);
    assertThatThrownBy(() -> apply(UNSQUEEZE, counting(2), Tensor.vector(0, 0)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("inserted twice");
  }

  @Test
  void transposeReversesUnlessToldTheOrder() {
    assertReals(apply(TRANSPOSE, counting(2, 3)), 0, 3, 1, 4, 2, 5);
    assertShape(apply(TRANSPOSE, Attributes.none().with("perm", new long[] {1, 2, 0}), X), 3, 4, 2);
    assertIntegers(apply(TRANSPOSE, Tensor.vector(1, 2, 3, 4).reshaped(2, 2)), 1, 3, 2, 4);
    assertThatThrownBy(
            () -> apply(TRANSPOSE, Attributes.none().with("perm", new long[] {0, 0, 1}), X))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("perm [0, 0, 1] is no order of 3 axes");
  }

  @Test
  void depthBecomesSpaceWithBlocksOuterOrInner() {
    Attributes block = Attributes.none().with("blocksize", 2);
    Tensor x = counting(1, 8, 1, 1);

    Tensor outer = apply(DEPTH_TO_SPACE, block, x);
    assertShape(outer, 1, 2, 2, 2);
    assertReals(outer, 0, 2, 4, 6, 1, 3, 5, 7);
    assertReals(apply(DEPTH_TO_SPACE, block.with("mode", "CRD"), x), 0, 1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void spaceToDepthUndoesDepthToSpace() {
    Attributes block = Attributes.none().with("blocksize", 2);
    Tensor x = counting(2, 8, 3, 2);

    Tensor there = apply(DEPTH_TO_SPACE, block, x);

    assertReals(apply(SPACE_TO_DEPTH, block, there), x.reals());
    assertReals(apply(SPACE_TO_DEPTH, block, reals(shape(1, 1, 2, 2), 1, 2, 3, 4)), 1, 2, 3, 4);
  }
}
