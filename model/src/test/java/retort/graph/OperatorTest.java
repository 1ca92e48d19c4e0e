package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.applyAll;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.row;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OperatorTest {

  @ParameterizedTest
  @EnumSource
  void isFoundByItsOnnxName(Operator operator) {
    assertThat(Operator.named(operator.onnxName())).contains(operator);
  }

  @ParameterizedTest
  @EnumSource
  void isNamedAfterItsOnnxName(Operator operator) {
    String words = operator.name().replace("_", "");

    assertThat(operator.onnxName()).isEqualToIgnoringCase(words);
  }

  @Test
  void noOperatorHasAnUnknownName() {
    assertThat(Operator.named("GridSample")).isEmpty();
  }

  @Test
  void missingOperandIsNamed() {
    assertThatThrownBy(() -> apply(Operator.ADD, row(1)))
        .isInstanceOf(GraphException.class)
        .hasMessage("Add 'y0': operand 1 is missing");
  }

  @Test
  void resultsThatAreNotComputedAreRefused() {
    assertThatThrownBy(
            () ->
                applyAll(
                    Operator.MAX_POOL,
                    Attributes.none().with("kernel_shape", new long[] {2, 2}),
                    2,
                    counting(1, 1, 2, 2)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("1 of the 2");
  }

  @Test
  void impossibleArithmeticNamesTheNode() {
    assertThatThrownBy(() -> apply(Operator.DIV, Tensor.vector(1), Tensor.vector(0)))
        .isInstanceOf(GraphException.class)
        .hasMessage("Div 'y0': cannot be computed (/ by zero)");
  }
}
