package retort.server.tensor;

import java.util.List;

/**
 * What a network says of an input or an output.
 *
 * @param name as in its file
 * @param type of its elements
 * @param shape its dimensions, -1 for each that is open; empty for a single value
 */
public record TensorSpec(String name, ElementType type, List<Long> shape) {
  private static final long OPEN = -1;

  public TensorSpec {
    shape = List.copyOf(shape);
  }

  /** Whether a tensor of this shape fits. */
  public boolean takes(List<Long> given) {
    if (given.size() != shape.size()) {
      return false;
    }
    for (int i = 0; i < given.size(); i++) {
      if (shape.get(i) != OPEN && !shape.get(i).equals(given.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Checks a tensor.
   *
   * @throws IllegalArgumentException when it does not fit, saying what does
   */
  public void require(TensorValue value) {
    if (value.type() != type || !takes(value.shape())) {
      throw new IllegalArgumentException(
          "input "
              + name
              + " is "
              + value.type()
              + value.shape()
              + ", but the network takes "
              + type
              + shape
              + (shape.contains(OPEN) ? ", where -1 is any size" : ""));
    }
  }
}
