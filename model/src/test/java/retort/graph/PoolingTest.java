package retort.graph;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static retort.graph.Applying.apply;
import static retort.graph.Applying.assertReals;
import static retort.graph.Applying.assertShape;
import static retort.graph.Applying.counting;
import static retort.graph.Applying.reals;
import static retort.graph.Applying.shape;
import static retort.graph.Operator.AVERAGE_POOL;
import static retort.graph.Operator.GLOBAL_AVERAGE_POOL;
import static retort.graph.Operator.GLOBAL_MAX_POOL;
import static retort.graph.Operator.MAX_POOL;

import org.junit.jupiter.api.Test;

class PoolingTest {
  private static final Tensor SIGNAL = reals(shape(1, 1, 5), 1, 5, 3, 2, 4);

  @Test
  void blocksOfAnImageAreAveraged() {
    Attributes halving =
        Attributes.none()
            .with("kernel_shape", new long[] {2, 2})
            .with("strides", new long[] {2, 2});

    Tensor result = apply(AVERAGE_POOL, halving, counting(1, 1, 4, 4));

    assertShape(result, 1, 1, 2, 2);
    assertReals(result, 2.5, 4.5, 10.5, 12.5);
    assertReals(apply(MAX_POOL, halving, counting(1, 1, 4, 4)), 5, 7, 13, 15);
  }

  @Test
  void borderCountsOnlyWhenAskedTo() {
    Attributes padded = window(2).with("pads", new long[] {1, 0}).with("strides", new long[] {2});

    assertReals(apply(AVERAGE_POOL, padded, SIGNAL), 1, 4, 3);
    assertReals(apply(AVERAGE_POOL, padded.with("count_include_pad", 1), SIGNAL), 0.5, 4, 3);
  }

  @Test
  void ceilModeAddsAWindowThatStartsInside() {
    Attributes strided = window(2).with("strides", new long[] {2});

    assertReals(apply(MAX_POOL, strided, SIGNAL), 5, 3);
    assertReals(apply(MAX_POOL, strided.with("ceil_mode", 1), SIGNAL), 5, 3, 4);
    assertReals(apply(AVERAGE_POOL, strided.with("ceil_mode", 1), SIGNAL), 3, 2.5, 4);
  }

  @Test
  void ceilModeAddsNoWindowThatStartsInTheBorder() {
    Attributes attributes =
        window(1).with("strides", new long[] {2}).with("pads", new long[] {0, 1});

    assertReals(apply(MAX_POOL, attributes.with("ceil_mode", 1), counting(1, 1, 4)), 0, 2);
  }

  @Test
  void sameKeepsTheLengthAndDilationsSkip() {
    assertReals(apply(MAX_POOL, window(2).with("auto_pad", "SAME_UPPER"), SIGNAL), 5, 5, 3, 4, 4);
    assertReals(apply(MAX_POOL, window(2).with("auto_pad", "SAME_LOWER"), SIGNAL), 1, 5, 5, 3, 4);
    assertReals(
        apply(AVERAGE_POOL, window(2).with("dilations", new long[] {2}), SIGNAL), 2, 3.5, 3.5);
  }

  @Test
  void globalPoolsKeepTheirAxesWithLengthOne() {
    Tensor mean = apply(GLOBAL_AVERAGE_POOL, counting(1, 2, 2, 2));

    assertShape(mean, 1, 2, 1, 1);
    assertReals(mean, 1.5, 5.5);
    assertReals(apply(GLOBAL_MAX_POOL, counting(1, 2, 2, 2)), 3, 7);
  }

  @Test
  void kernelShapeMustBeGiven() {
    assertThatThrownBy(() -> apply(MAX_POOL, SIGNAL))
        .isInstanceOf(GraphException.class)
        .hasMessage("MaxPool 'y0': kernel_shape is missing");
  }

  private static Attributes window(long kernel) {
    return Attributes.none().with("kernel_shape", new long[] {kernel});
  }
}
