package retort.trainer.torchscript;

import java.util.Arrays;
import java.util.Random;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Tensor;
import retort.graph.Weight;

/** Attributes and operands in few words, for {@link OperatorCases}. */
final class Operands {
  private Operands() {}

  static Attributes with(String name, long value) {
    return Attributes.none().with(name, value);
  }

  static Attributes with(String name, double value) {
    return Attributes.none().with(name, value);
  }

  static Attributes with(String name, String value) {
    return Attributes.none().with(name, value);
  }

  static Attributes axes(String name, long... values) {
    return Attributes.none().with(name, values);
  }

  /** Standard normal values, the same for the same shape. */
  static Tensor normal(int... shape) {
    Random random = new Random(Arrays.hashCode(shape));
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.floats(shape, values);
  }

  static Weight learnt(int... shape) {
    return Weight.parameter(normal(shape));
  }

  static Weight positive(int... shape) {
    float[] values = normal(shape).floats().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]) + 0.1f;
    }
    return Weight.parameter(Tensor.floats(shape, values));
  }

  static Weight number(double value) {
    return Weight.constant(Tensor.floats(new int[0], (float) value));
  }

  static Weight reals(double... values) {
    return Weight.constant(Tensor.reals(DataType.FLOAT32, new int[] {values.length}, values));
  }

  static Weight integer(long value) {
    return Weight.constant(Tensor.integers(DataType.INT64, new int[0], value));
  }

  static Weight integers(long... values) {
    return Weight.constant(Tensor.vector(values));
  }

  static Weight matrix(int rows, long... values) {
    return Weight.constant(Tensor.vector(values).reshaped(rows, values.length / rows));
  }

  static Weight booleans(long... values) {
    return Weight.constant(Tensor.integers(DataType.BOOL, new int[] {values.length}, values));
  }
}
