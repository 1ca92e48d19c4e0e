package retort.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.reals;
import static retort.graph.Applying.row;
import static retort.graph.Applying.shape;
import static retort.graph.Operator.RESIZE;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ResamplingTest {
  private static final Attributes LINEAR = Attributes.none().with("mode", "linear");

  @Test
  void nearestRepeatsWholePixels() {
    Tensor doubled = apply(RESIZE, reals(shape(1, 1, 2, 2), 1, 2, 3, 4), null, row(1, 1, 2, 2));

    assertShape(doubled, 1, 1, 4, 4);
    assertReals(doubled, 1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4);
  }

  static Stream<Arguments> zeroAndTwelveToFour() {
    return Stream.of(
        arguments("half_pixel", new double[] {0, 3, 9, 12}),
        arguments("pytorch_half_pixel", new double[] {0, 3, 9, 12}),
        arguments("align_corners", new double[] {0, 4, 8, 12}),
        arguments("asymmetric", new double[] {0, 6, 12, 12}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("zeroAndTwelveToFour")
  void linearInterpolatesAtCoordinates(String coordinates, double[] expected) {
    Attributes attributes = LINEAR.with("coordinate_transformation_mode", coordinates);

    assertReals(apply(RESIZE, attributes, row(0, 12), null, null, Tensor.vector(4)), expected);
  }

  static Stream<Arguments> roundings() {
    return Stream.of(
        arguments("round_prefer_floor", new double[] {0, 1, 1, 2, 3, 3}),
        arguments("round_prefer_ceil", new double[] {0, 1, 1, 2, 3, 3}),
        arguments("floor", new double[] {0, 0, 1, 2, 2, 3}),
        arguments("ceil", new double[] {0, 1, 2, 2, 3, 3}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("roundings")
  void nearestRoundsCoordinates(String rounding, double[] expected) {
    Attributes attributes =
        Attributes.none()
            .with("nearest_mode", rounding)
            .with("coordinate_transformation_mode", "asymmetric");

    assertReals(apply(RESIZE, attributes, counting(4), null, row(1.5)), expected);
  }

  @Test
  void halvesGoDownOrUp() {
    Attributes down = Attributes.none().with("nearest_mode", "round_prefer_floor");
    Attributes up = Attributes.none().with("nearest_mode", "round_prefer_ceil");

    assertReals(apply(RESIZE, down, counting(4), null, row(0.5)), 0, 2);
    assertReals(apply(RESIZE, up, counting(4), null, row(0.5)), 1, 3);
  }

  @Test
  void sizesFollowFromScalesByTruncationAndMayBeGivenForSomeAxes() {
    Tensor x = counting(1, 1, 3, 4);

    assertShape(apply(RESIZE, LINEAR, x, null, row(1, 1, 1.4, 0.6)), 1, 1, 4, 2);
    assertShape(
        apply(
            RESIZE,
            Attributes.none().with("axes", new long[] {-1}),
            x,
            null,
            null,
            Tensor.vector(7)),
        1,
        1,
        3,
        7);
    assertShape(apply(RESIZE, x, null, row(), Tensor.vector(1, 1, 2, 2)), 1, 1, 2, 2);
  }

  @Test
  void pytorchHalfPixelReadsTheFirstPixelForALengthOfOne() {
    Attributes attributes = LINEAR.with("coordinate_transformation_mode", "pytorch_half_pixel");

    assertReals(apply(RESIZE, attributes, row(1, 2, 3), null, null, Tensor.vector(1)), 1);
    assertReals(apply(RESIZE, LINEAR, row(1, 2, 3), null, null, Tensor.vector(1)), 2);
  }

  @Test
  void tensorFlowsNearestReadsBelowTheMiddleOfAPixel() {
    Attributes attributes =
        Attributes.none()
            .with("mode", "nearest")
            .with("nearest_mode", "floor")
            .with("coordinate_transformation_mode", "tf_half_pixel_for_nn");

    assertReals(
        apply(RESIZE, attributes, row(1, 2, 3), null, null, Tensor.vector(6)), 1, 1, 2, 2, 3, 3);
    assertReals(apply(RESIZE, attributes, row(1, 2, 3), null, null, Tensor.vector(2)), 1, 3);
  }

  @Test
  void whatIsNotSupportedIsNamed() {
    assertThatThrownBy(
            () -> apply(RESIZE, Attributes.none().with("mode", "cubic"), counting(2), null, row(2)))
        .isInstanceOf(GraphException.class)
        .hasMessage("Resize 'y0': mode cubic is not supported; nearest and linear are");
  }
}
