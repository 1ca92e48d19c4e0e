package retort.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.reals;
import static retort.graph.Applying.row;
import static retort.graph.Applying.shape;
import static retort.graph.Operator.CONV;
import static retort.graph.Operator.CONV_TRANSPOSE;

import org.junit.jupiter.api.Test;

class ConvolutionTest {
  private static final Tensor IMAGE = counting(1, 1, 3, 3);
  private static final Tensor ONES = reals(shape(1, 1, 2, 2), 1, 1, 1, 1);
  private static final Tensor SIGNAL = reals(shape(1, 1, 4), 1, 2, 3, 4);
  private static final Tensor PAIR = reals(shape(1, 1, 2), 1, 10);

  @Test
  void kernelSlidesOverTheImage() {
    Tensor result = apply(CONV, IMAGE, ONES, row(0.5));

    assertShape(result, 1, 1, 2, 2);
    assertReals(result, 8.5, 12.5, 20.5, 24.5);
  }

  @Test
  void kernelIsNotFlipped() {
    assertReals(apply(CONV, SIGNAL, PAIR), 21, 32, 43);
  }

  @Test
  void stridesDilationsAndPadsActPerAxis() {
    assertReals(conv(axes("strides", 2), SIGNAL), 21, 43);
    assertReals(conv(axes("dilations", 2), SIGNAL), 31, 42);
    assertReals(conv(axes("pads", 1, 0), SIGNAL), 10, 21, 32, 43);
    assertReals(conv(axes("pads", 0, 1), SIGNAL), 21, 32, 43, 4);
  }

  @Test
  void sameUpperPutsTheOddZeroBehindAndSameLowerBefore() {
    assertReals(conv(padded("SAME_UPPER"), SIGNAL), 21, 32, 43, 4);
    assertReals(conv(padded("SAME_LOWER"), SIGNAL), 10, 21, 32, 43);
    assertReals(conv(padded("SAME_UPPER").with("strides", new long[] {3}), SIGNAL), 21, 4);
    assertReals(conv(padded("VALID"), SIGNAL), 21, 32, 43);
  }

  @Test
  void groupsSeeOnlyTheirOwnChannels() {
    Tensor x = reals(shape(1, 2, 2), 1, 2, 3, 4);
    Tensor weight = reals(shape(2, 1, 1), 10, 100);

    assertReals(apply(CONV, Attributes.none().with("group", 2), x, weight), 10, 20, 300, 400);
  }

  @Test
  void weightThatDoesNotFitIsNamed() {
    assertThatThrownBy(() -> apply(CONV, counting(1, 3, 4, 4), counting(2, 4, 3, 3)))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "Conv 'y0': weight [2, 4, 3, 3] in 1 groups does not fit an operand of shape"
                + " [1, 3, 4, 4]");
    assertThatThrownBy(() -> apply(CONV, counting(1, 1, 2, 2), counting(1, 1, 3, 3)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("a window of 3 does not fit into axis 0 of 2");
  }

  @Test
  void transposeSpreadsEachElement() {
    assertReals(spread(Attributes.none()), 1, 12, 20);
    assertReals(spread(axes("strides", 2)), 1, 10, 2, 20);
    assertReals(spread(axes("dilations", 2)), 1, 2, 10, 20);
  }

  @Test
  void transposePadsCropAndOutputPaddingGrows() {
    Attributes strided = axes("strides", 3);

    assertReals(spread(strided), 1, 10, 0, 2, 20);
    assertReals(spread(strided.with("pads", new long[] {1, 0})), 10, 0, 2, 20);
    assertReals(spread(strided.with("output_padding", new long[] {1})), 1, 10, 0, 2, 20, 0);
  }

  @Test
  void transposeSizedByOutputShapeCropsMoreBeforeUnlessSameUpper() {
    Attributes sized = axes("output_shape", 2);

    assertReals(spread(sized), 12, 20);
    assertReals(spread(sized.with("auto_pad", "SAME_UPPER")), 1, 12);
  }

  @Test
  void transposeInGroupsKeepsThemApart() {
    Tensor x = reals(shape(1, 2, 1), 1, 2);
    Tensor weight = reals(shape(2, 1, 2), 1, 10, 1, 10);

    Tensor result = apply(CONV_TRANSPOSE, Attributes.none().with("group", 2), x, weight, row(0, 5));

    assertReals(result, 1, 10, 7, 25);
  }

  @Test
  void transposeIsTheAdjointOfConvolution() {
    Attributes attributes =
        axes("strides", 2, 1)
            .with("pads", new long[] {1, 0, 0, 1})
            .with("dilations", new long[] {1, 2});
    Tensor x = GraphAgreement.normal(1, 1, 3, 5, 6);
    Tensor weight = GraphAgreement.normal(2, 2, 3, 2, 3);
    Tensor y = apply(CONV, attributes, x, weight);
    Tensor cotangent = GraphAgreement.normal(3, y.shape());

    Tensor back = apply(CONV_TRANSPOSE, attributes, cotangent, weight);

    assertReals(Tensor.scalar(dot(back, x)), dot(cotangent, y));
  }

  private static double dot(Tensor a, Tensor b) {
    double sum = 0;
    for (int i = 0; i < a.elements(); i++) {
      sum += a.reals()[i] * b.reals()[i];
    }
    return sum;
  }

  private static Attributes axes(String name, long... values) {
    return Attributes.none().with(name, values);
  }

  private static Attributes padded(String autoPad) {
    return Attributes.none().with("auto_pad", autoPad);
  }

  private static Tensor conv(Attributes attributes, Tensor x) {
    return apply(CONV, attributes, x, PAIR);
  }

  private static Tensor spread(Attributes attributes) {
    return apply(CONV_TRANSPOSE, attributes, reals(shape(1, 1, 2), 1, 2), PAIR);
  }
}
