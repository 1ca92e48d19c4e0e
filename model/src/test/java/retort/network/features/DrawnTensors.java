package retort.network.features;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import retort.graph.DataType;
import retort.graph.Tensor;
import retort.network.WeightSource;
import retort.noise.UniformDraws;

/** The tensors of a network as a file would hold them: named as it asks, with other values. */
final class DrawnTensors implements WeightSource {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  @Override
  public Tensor weight(String name, int[] shape, Supplier<Tensor> initial) {
    double low = name.endsWith("running_var") || name.startsWith("lin") ? 0.5 : -0.5;
    Tensor tensor =
        Tensor.stored(DataType.FLOAT32, shape, () -> uniform(low, name.hashCode(), shape).floats());
    tensors.put(name, tensor);
    return tensor;
  }

  Map<String, Tensor> tensors() {
    return tensors;
  }

  double[] values(String name) {
    return Objects.requireNonNull(tensors.get(name), name).reals();
  }

  /** Values in {@code [low, low + 1)}. */
  static Tensor uniform(double low, long seed, int... shape) {
    UniformDraws draws = new UniformDraws(seed, 0);
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (low + draws.uniform(i));
    }
    return Tensor.floats(shape, values);
  }

  /** Images in [-1, 1). */
  static Tensor images(long seed, int count, int height, int width) {
    int[] shape = {count, 3, height, width};
    float[] values = uniform(-0.5, seed, shape).floats();
    for (int i = 0; i < values.length; i++) {
      values[i] *= 2;
    }
    return Tensor.floats(shape, values);
  }
}
