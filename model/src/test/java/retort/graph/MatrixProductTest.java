package retort.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.reals;
import static retort.graph.Applying.row;
import static retort.graph.Applying.shape;
import static retort.graph.Operator.EINSUM;
import static retort.graph.Operator.GEMM;
import static retort.graph.Operator.MAT_MUL;

import org.junit.jupiter.api.Test;

class MatrixProductTest {
  private static final Tensor A = reals(shape(2, 2), 1, 2, 3, 4);
  private static final Tensor B = reals(shape(2, 2), 5, 6, 7, 8);

  @Test
  void matricesMultiply() {
    assertReals(apply(MAT_MUL, A, B), 19, 22, 43, 50);
  }

  @Test
  void vectorsAreRowsOnTheLeftAndColumnsOnTheRight() {
    assertReals(apply(MAT_MUL, row(1, 2), B), 19, 22);
    assertReals(apply(MAT_MUL, A, row(5, 7)), 19, 43);

    Tensor product = apply(MAT_MUL, row(1, 2), row(3, 4));
    assertShape(product);
    assertReals(product, 11);
  }

  @Test
  void stacksBroadcast() {
    Tensor product = apply(MAT_MUL, counting(3, 1, 2, 4), counting(5, 4, 1));

    assertShape(product, 3, 5, 2, 1);
  }

  @Test
  void matricesThatDoNotFitAreNamed() {
    assertThatThrownBy(() -> apply(MAT_MUL, counting(2, 3), counting(2, 3)))
        .isInstanceOf(GraphException.class)
        .hasMessage("MatMul 'y0': cannot multiply matrices [2, 3] and [2, 3]");
  }

  @Test
  void gemmTransposesScalesAndAddsABias() {
    Attributes attributes =
        Attributes.none().with("transA", 1).with("transB", 1).with("alpha", 0.5).with("beta", 2.0);

    assertReals(apply(GEMM, attributes, A, B, row(1, 10)), 13.5, 35.5, 19, 43);
    assertReals(apply(GEMM, A, B), 19, 22, 43, 50);
    assertReals(apply(GEMM, A, B, reals(shape(2, 1), 1, 2)), 20, 23, 45, 52);
  }

  @Test
  void gemmBiasMustNotEnlargeTheResult() {
    assertThatThrownBy(() -> apply(GEMM, A, B, counting(3, 2, 2)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("does not broadcast to [2, 2]");
  }

  @Test
  void einsumSumsOverTheAxesThatTheResultLacks() {
    assertReals(einsum("ij,jk->ik", A, B), 19, 22, 43, 50);
    assertReals(einsum("ij, kj -> ik", A, B), 17, 23, 39, 53);
    assertReals(einsum("ij->j", A), 4, 6);
    assertReals(einsum("ii->i", A), 1, 4);
    assertReals(einsum("i,j->ji", row(1, 2), row(3, 4)), 3, 6, 4, 8);
  }

  @Test
  void einsumWithoutAResultKeepsTheAxesNamedOnce() {
    assertReals(einsum("ij,jk", A, B), 19, 22, 43, 50);
    assertReals(einsum("ba", A), 1, 3, 2, 4);
    assertReals(einsum("ij,ij", A, B), 70);
  }

  @Test
  void einsumEllipsisStandsForAxesThatBroadcast() {
    Tensor product = einsum("...ij,...jk->...ik", counting(3, 1, 2, 4), counting(5, 4, 1));

    assertShape(product, 3, 5, 2, 1);
    assertReals(product, apply(MAT_MUL, counting(3, 1, 2, 4), counting(5, 4, 1)).reals());
  }

  @Test
  void einsumNamesAxesThatDisagree() {
    assertThatThrownBy(() -> einsum("ij,jk->ik", counting(2, 3), counting(2, 3)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("axis j is both 3 and 2");
  }

  private static Tensor einsum(String equation, Tensor... operands) {
    return apply(EINSUM, Attributes.none().with("equation", equation), operands);
  }
}
