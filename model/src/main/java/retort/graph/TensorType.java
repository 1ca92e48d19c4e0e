package retort.graph;

import java.util.Arrays;

/**
 * Element type and shape of a value.
 *
 * @param type the element type
 * @param shape the shape; known throughout while one batch size is inferred
 */
public record TensorType(DataType type, Shape shape) {
  public static TensorType of(DataType type, int... dims) {
    return new TensorType(type, Shape.of(Arrays.stream(dims).asLongStream().toArray()));
  }

  @Override
  public String toString() {
    return type + "" + shape;
  }
}
