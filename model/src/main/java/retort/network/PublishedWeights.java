package retort.network;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import retort.graph.DataType;
import retort.graph.GraphException;
import retort.graph.Tensor;

/**
 * The tensors of a published network by name, which a network under construction takes one by one,
 * in float32. What it did not take shows that the file holds another architecture: {@link
 * #requireAllTaken}.
 */
public final class PublishedWeights implements WeightSource {
  private static final int SHOWN = 5;

  private final Map<String, Tensor> rest;

  /**
   * All tensors of a file.
   *
   * @param tensors by the names that the network gives its weights
   */
  public PublishedWeights(Map<String, Tensor> tensors) {
    rest = new HashMap<>(tensors);
  }

  @Override
  public Tensor weight(String name, int[] shape, Supplier<Tensor> initial) {
    Tensor tensor = rest.remove(name);
    if (tensor == null) {
      throw new GraphException(
          "the network needs a tensor '"
              + name
              + "' of shape "
              + Arrays.toString(shape)
              + ", which is missing; the file is of another architecture than its configuration"
              + " says, or incomplete");
    }
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw new GraphException(
          "tensor '"
              + name
              + "' is "
              + Arrays.toString(tensor.shape())
              + " but the network needs "
              + Arrays.toString(shape)
              + "; the file is of another architecture than its configuration says");
    }
    if (!tensor.type().isFloating()) {
      throw new GraphException(
          "tensor '" + name + "' holds " + tensor.type() + " but the network needs real numbers");
    }
    return tensor.type() == DataType.FLOAT32
        ? tensor
        : Tensor.stored(DataType.FLOAT32, shape, tensor::floats);
  }

  /**
   * Checks that the network took every tensor.
   *
   * @param derived ends of the names that may be left, for they follow from the configuration
   * @throws GraphException when others are left
   */
  public void requireAllTaken(List<String> derived) {
    TreeSet<String> left = new TreeSet<>(rest.keySet());
    left.removeIf(name -> derived.stream().anyMatch(name::endsWith));
    if (!left.isEmpty()) {
      throw new GraphException(
          "the network has no place for "
              + left.size()
              + (left.size() == 1 ? " tensor: " : " tensors: ")
              + String.join(", ", left.stream().limit(SHOWN).toList())
              + (left.size() > SHOWN ? ", ..." : "")
              + "; the file is of another architecture than its configuration says");
    }
  }
}
