package retort.network;

import java.util.function.Supplier;
import retort.graph.DataType;
import retort.graph.Tensor;

/** Weights that have shapes and no values, so that the largest networks are built at once. */
final class ShapesOnly implements WeightSource {
  @Override
  public Tensor weight(String name, int[] shape, Supplier<Tensor> initial) {
    return Tensor.stored(
        DataType.FLOAT32,
        shape,
        () -> {
          throw new AssertionError("nothing needs the values of " + name);
        });
  }
}
