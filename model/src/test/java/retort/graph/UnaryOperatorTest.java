package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertIntegers;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.booleans;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.reals;
import static retort.graph.Applying.row;
import static retort.graph.Applying.shape;
import static retort.graph.Operator.*;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UnaryOperatorTest {
  private static final double SIGMOID_OF_1 = 1 / (1 + Math.exp(-1));
  private static final double ERF_OF_1 = 0.8427007929497149;
  private static final double PHI_OF_1 = 0.8413447460685429;
  private static final double LN_2 = Math.log(2);

  static Stream<Arguments> closedForms() {
    return Stream.of(
        arguments(ABS, -2.5, 2.5),
        arguments(NEG, 2.5, -2.5),
        arguments(SIGN, -2.5, -1),
        arguments(SIGN, 0, 0),
        arguments(EXP, LN_2, 2),
        arguments(LOG, Math.E, 1),
        arguments(LOG, 0, Double.NEGATIVE_INFINITY),
        arguments(SQRT, 6.25, 2.5),
        arguments(SQRT, -1, Double.NaN),
        arguments(RECIPROCAL, 4, 0.25),
        arguments(SIN, Math.PI / 6, 0.5),
        arguments(COS, Math.PI / 3, 0.5),
        arguments(TAN, Math.PI / 4, 1),
        arguments(ATAN, 1, Math.PI / 4),
        arguments(TANH, LN_2, 0.6),
        arguments(ERF, 1, ERF_OF_1),
        arguments(ERF, -1, -ERF_OF_1),
        arguments(ERF, 3, 0.9999779095030014),
        arguments(ERF, 8, 1),
        arguments(ERF, Double.NaN, Double.NaN),
        arguments(FLOOR, -0.5, -1),
        arguments(CEIL, 0.5, 1),
        arguments(ROUND, 0.5, 0),
        arguments(ROUND, 1.5, 2),
        arguments(ROUND, 2.5, 2),
        arguments(ROUND, -1.5, -2),
        arguments(IDENTITY, 1.25, 1.25),
        arguments(SIGMOID, 1, SIGMOID_OF_1),
        arguments(SIGMOID, -1000, 0),
        arguments(SILU, 1, SIGMOID_OF_1),
        arguments(RELU, -1, 0),
        arguments(RELU, 2, 2),
        arguments(LEAKY_RELU, -1, -0.01),
        arguments(LEAKY_RELU, 2, 2),
        arguments(ELU, -LN_2, -0.5),
        arguments(SELU, 1, 1.0507010221481323),
        arguments(SELU, -LN_2, -0.5 * 1.0507010221481323 * 1.6732631921768188),
        arguments(GELU, 1, PHI_OF_1),
        arguments(GELU, -1, PHI_OF_1 - 1),
        arguments(SOFTPLUS, 0, LN_2),
        arguments(SOFTPLUS, 1000, 1000),
        arguments(SOFTSIGN, -3, -0.75),
        arguments(MISH, 0, 0),
        arguments(MISH, Math.log(Math.E - 1), Math.log(Math.E - 1) * Math.tanh(1)),
        arguments(HARD_SIGMOID, 1, 0.7),
        arguments(HARD_SIGMOID, 9, 1),
        arguments(HARD_SWISH, 1, 2.0 / 3),
        arguments(HARD_SWISH, -4, 0),
        arguments(DROPOUT, 1.25, 1.25),
        arguments(STOP_GRADIENT, 1.25, 1.25));
  }

  @ParameterizedTest(name = "{0} of {1} is {2}")
  @MethodSource("closedForms")
  void hasItsClosedForm(Operator operator, double x, double y) {
    Tensor result = apply(operator, reals(shape(1, 1), x));

    assertShape(result, 1, 1);
    assertThat(result.reals()[0]).isCloseTo(y, within(1e-14));
  }

  @Test
  void attributesShapeActivations() {
    Attributes alpha = Attributes.none().with("alpha", 0.5);

    assertReals(apply(LEAKY_RELU, alpha, row(-2, 2)), -1, 2);
    assertReals(apply(ELU, alpha, row(-LN_2)), -0.25);
    assertReals(apply(SELU, alpha.with("gamma", 4.0), row(-LN_2, 1)), -1, 4);
    assertReals(apply(HARD_SIGMOID, alpha.with("beta", 0.1), row(1)), 0.6);
  }

  @Test
  void geluHasAnApproximationByTanh() {
    Attributes tanh = Attributes.none().with("approximate", "tanh");
    double inner = Math.sqrt(2 / Math.PI) * 1.044715;

    assertReals(apply(GELU, tanh, row(1)), (1 + Math.tanh(inner)) / 2);
  }

  @Test
  void preluTakesOneSlopePerChannel() {
    Tensor x = reals(shape(1, 2, 2), -1, 1, -1, 1);

    Tensor result = apply(P_RELU, x, reals(shape(2, 1), 0.1, 0.2));

    assertReals(result, -0.1, 1, -0.2, 1);
  }

  @Test
  void preluSlopeMustNotEnlargeTheOperand() {
    assertThatThrownBy(() -> apply(P_RELU, row(1), row(1, 2)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("operand 1 of shape [2] does not broadcast to [1]");
  }

  @Test
  void integersKeepTheirType() {
    assertIntegers(apply(ABS, Tensor.vector(-3, 3)), 3, 3);
    assertIntegers(apply(NEG, Tensor.vector(Long.MAX_VALUE)), -Long.MAX_VALUE);
    assertIntegers(apply(RELU, Tensor.vector(-3, 3)), 0, 3);
    assertThatThrownBy(() -> apply(EXP, Tensor.vector(1)))
        .isInstanceOf(GraphException.class)
        .hasMessage("Exp 'y0': needs real numbers but is given INT64; cast the operand");
  }

  @Test
  void clipTakesEitherBoundOrNone() {
    Tensor x = row(-2, 0.5, 2);
    Tensor one = Tensor.scalar(1);

    assertReals(apply(CLIP, x, Tensor.scalar(-1), one), -1, 0.5, 1);
    assertReals(apply(CLIP, x, null, one), -2, 0.5, 1);
    assertReals(apply(CLIP, x, one), 1, 1, 2);
    assertReals(apply(CLIP, x), -2, 0.5, 2);
    assertIntegers(apply(CLIP, Tensor.vector(-5, 5), null, Tensor.vector(3)), -5, 3);
  }

  @Test
  void clipWithCrossedBoundsGivesTheUpperOne() {
    assertReals(apply(CLIP, row(-2, 2), Tensor.scalar(1), Tensor.scalar(-1)), -1, -1);
  }

  @Test
  void truthTestsGiveBooleans() {
    Tensor x = row(1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

    assertIntegers(apply(IS_NAN, x), 0, 1, 0, 0);
    assertIntegers(apply(IS_INF, x), 0, 0, 1, 1);
    assertIntegers(apply(IS_INF, Attributes.none().with("detect_negative", 0), x), 0, 0, 1, 0);
    assertIntegers(apply(IS_INF, Attributes.none().with("detect_positive", 0), x), 0, 0, 0, 1);
    assertIntegers(apply(NOT, booleans(1, 0)), 0, 1);
    assertThat(apply(IS_NAN, x).type()).isEqualTo(DataType.BOOL);
  }

  @Test
  void castTruncatesWrapsAndComparesWithZero() {
    assertIntegers(apply(CAST, to(DataType.INT64), row(1.9, -1.9)), 1, -1);
    assertIntegers(apply(CAST, to(DataType.UINT8), Tensor.vector(300, -1)), 44, 255);
    assertIntegers(apply(CAST, to(DataType.INT8), Tensor.vector(200)), -56);
    assertIntegers(apply(CAST, to(DataType.INT16), Tensor.vector(40000)), -25536);
    assertIntegers(apply(CAST, to(DataType.INT32), Tensor.vector(1L << 32 | 7)), 7);
    assertIntegers(apply(CAST, to(DataType.BOOL), row(0, 0.5, Double.NaN)), 0, 1, 1);
    assertReals(apply(CAST, to(DataType.FLOAT32), booleans(1, 0)), 1, 0);
    assertThat(apply(CAST, to(DataType.FLOAT16), row(1)).type()).isEqualTo(DataType.FLOAT16);
    assertIntegers(apply(CAST_LIKE, row(2.5), Tensor.vector(0)), 2);
  }

  private static Attributes to(DataType type) {
    return Attributes.none().with("to", type.onnxCode());
  }

  @Test
  void softmaxSumsToOneAlongItsAxis() {
    Tensor x = reals(shape(2, 2), 0, Math.log(3), 1000, 1000);

    assertReals(apply(SOFTMAX, x), 0.25, 0.75, 0.5, 0.5);
    assertReals(apply(LOG_SOFTMAX, x), Math.log(0.25), Math.log(0.75), -LN_2, -LN_2);
    Tensor columns = apply(SOFTMAX, Attributes.none().with("axis", -2), counting(2, 3));
    assertReals(apply(REDUCE_SUM, columns, Tensor.vector(0)), 1, 1, 1);
  }

  @Test
  void attentionAveragesValuesByTheLikenessOfKeys() {
    Tensor query = reals(shape(1, 1, 1, 4), 2, 0, 0, 0);
    Tensor keys = reals(shape(1, 1, 2, 4), 0, 5, 5, 5, Math.log(3), 0, 0, 0);
    Tensor values = reals(shape(1, 1, 2, 1), 0, 4);

    assertReals(apply(ATTENTION, query, keys, values), 3);
    assertReals(apply(ATTENTION, Attributes.none().with("scale", 0.0), query, keys, values), 2);
  }

  @Test
  void attentionNamesShapesThatDoNotFit() {
    assertThatThrownBy(
            () ->
                apply(ATTENTION, counting(1, 1, 2, 4), counting(1, 1, 2, 3), counting(1, 1, 2, 4)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("do not fit: [1, 1, 2, 4], [1, 1, 2, 3], [1, 1, 2, 4]");
  }
}
