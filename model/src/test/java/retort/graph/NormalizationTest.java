package retort.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.reals;
import static retort.graph.Applying.row;
import static retort.graph.Applying.shape;
import static retort.graph.Operator.BATCH_NORMALIZATION;
import static retort.graph.Operator.GROUP_NORM;
import static retort.graph.Operator.GROUP_NORMALIZATION;
import static retort.graph.Operator.INSTANCE_NORMALIZATION;
import static retort.graph.Operator.LAYER_NORMALIZATION;
import static retort.graph.Operator.LP_NORMALIZATION;

import org.junit.jupiter.api.Test;

class NormalizationTest {
  /** One image of two channels; each channel has variance 1, both together variance 5. */
  private static final Tensor X = reals(shape(1, 2, 2), 0, 2, 4, 6);

  private static final Tensor SCALE = row(1, 10);
  private static final Tensor BIAS = row(0, 1);
  private static final Attributes EXACT = Attributes.none().with("epsilon", 0.0);

  @Test
  void groupsOfChannelsAreStandardizedThenScaledPerChannel() {
    double s = Math.sqrt(5);
    double[] together = {-3 / s, -1 / s, 10 / s + 1, 30 / s + 1};

    assertReals(apply(GROUP_NORM, EXACT.with("groups", 1), X, SCALE, BIAS), together);
    assertReals(apply(GROUP_NORMALIZATION, EXACT.with("num_groups", 1), X, SCALE, BIAS), together);
    assertReals(apply(GROUP_NORM, EXACT.with("groups", 2), X, SCALE, BIAS), -1, 1, -9, 11);
  }

  @Test
  void groupsMustDivideTheChannels() {
    assertThatThrownBy(() -> apply(GROUP_NORM, EXACT.with("groups", 3), X, SCALE, BIAS))
        .isInstanceOf(GraphException.class)
        .hasMessage("GroupNorm 'y0': groups=3 does not divide the 2 channels");
    assertThatThrownBy(() -> apply(GROUP_NORM, EXACT, X, row(1), BIAS))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("operand 1 is [1] but there are 2 channels");
  }

  @Test
  void instancesAreChannelsOfImages() {
    assertReals(apply(INSTANCE_NORMALIZATION, EXACT, X, SCALE, BIAS), -1, 1, -9, 11);
  }

  @Test
  void epsilonIsAddedToTheVariance() {
    Attributes three = Attributes.none().with("epsilon", 3.0);
    double byDefault = 1 / Math.sqrt(1 + 1e-5);

    assertReals(apply(INSTANCE_NORMALIZATION, three, X, SCALE, BIAS), -0.5, 0.5, -4, 6);
    assertReals(
        apply(INSTANCE_NORMALIZATION, X, row(1, 1), row(0, 0)),
        -byDefault,
        byDefault,
        -byDefault,
        byDefault);
  }

  @Test
  void batchUsesTheStatisticsItIsGiven() {
    assertReals(
        apply(BATCH_NORMALIZATION, EXACT, X, SCALE, BIAS, row(1, 4), row(4, 25)), -0.5, 0.5, 1, 5);
    assertThatThrownBy(
            () ->
                apply(
                    BATCH_NORMALIZATION,
                    Attributes.none().with("training_mode", 1),
                    X,
                    SCALE,
                    BIAS,
                    BIAS,
                    SCALE))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("export the model for inference");
  }

  @Test
  void layersReachFromAnAxisToTheLast() {
    Tensor one = Tensor.scalar(1);
    double s = Math.sqrt(5);

    assertReals(apply(LAYER_NORMALIZATION, EXACT, X, row(1, 2)), -1, 2, -1, 2);
    assertReals(apply(LAYER_NORMALIZATION, EXACT, X, row(1, 2), row(1, 1)), 0, 3, 0, 3);
    assertReals(
        apply(LAYER_NORMALIZATION, EXACT.with("axis", 1), X, one), -3 / s, -1 / s, 1 / s, 3 / s);
    assertReals(
        apply(LAYER_NORMALIZATION, EXACT.with("axis", -1), X, reals(shape(2, 1), 1, 2)),
        -1,
        1,
        -2,
        2);
  }

  @Test
  void lengthBecomesOneAndZerosStay() {
    Tensor x = reals(shape(2, 2), 3, -4, 0, 0);
    Attributes first = Attributes.none().with("p", 1);

    assertReals(apply(LP_NORMALIZATION, x), 0.6, -0.8, 0, 0);
    assertReals(apply(LP_NORMALIZATION, first, x), 3.0 / 7, -4.0 / 7, 0, 0);
    assertReals(apply(LP_NORMALIZATION, Attributes.none().with("axis", 0), x), 1, -1, 0, 0);
    assertThatThrownBy(() -> apply(LP_NORMALIZATION, Attributes.none().with("p", 3), counting(2)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("p=3 is not supported");
  }
}
