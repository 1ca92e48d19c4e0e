package retort.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Fragments of TorchScript. Two variables stand for what is chosen when the text is loaded: {@code
 * real}, the code of the type that holds float32 values, and {@code device}, where new tensors go.
 */
final class TorchText {
  private TorchText() {}

  /** A call of a function of {@code torch}. */
  static String call(String function, Object... arguments) {
    StringBuilder text = new StringBuilder("torch.").append(function).append('(');
    for (int i = 0; i < arguments.length; i++) {
      text.append(i == 0 ? "" : ", ").append(arguments[i]);
    }
    return text.append(')').toString();
  }

  /** A list literal of integers. */
  static String ints(int... items) {
    return ScriptSite.list(IntStream.of(items).asLongStream().toArray());
  }

  /** {@code True} or {@code False}. */
  static String bool(boolean value) {
    return value ? "True" : "False";
  }

  /** The code of an element type; float32 is whatever {@code real} says. */
  static String dtype(DataType type) {
    return type == DataType.FLOAT32 ? "real" : Integer.toString(type.torchCode());
  }

  /** Keyword arguments for a function that makes a tensor. */
  static String placed(DataType type) {
    return "dtype=" + dtype(type) + ", device=device";
  }

  /** A constant tensor of rank 1. */
  static String vector(int... items) {
    return tensor(Tensor.vector(IntStream.of(items).asLongStream().toArray()), ints(items.length));
  }

  /** A constant tensor, written out; TorchScript rounds its real numbers to float32. */
  static String tensor(Tensor value, String shape) {
    if (value.elements() == 0) {
      return call("zeros", shape, placed(value.type()));
    }
    List<String> items = new ArrayList<>();
    for (int i = 0; i < value.elements(); i++) {
      items.add(element(value, i));
    }
    String flat = call("tensor", ScriptSite.list(items), placed(value.type()));
    return value.rank() == 1 ? flat : call("reshape", flat, shape);
  }

  /** A literal for one element of a tensor. */
  static String element(Tensor value, int i) {
    if (value.type().isFloating()) {
      return ScriptSite.number(value.reals()[i]);
    }
    long item = value.integers()[i];
    return value.type() == DataType.BOOL ? bool(item != 0) : Long.toString(item);
  }

  /**
   * The tensor {@code x} with a border; a negative width crops.
   *
   * @param begins widths before the last axes, outermost first
   * @param ends widths behind them
   */
  static String padded(String x, int[] begins, int[] ends, double value) {
    List<String> widths = new ArrayList<>();
    for (int axis = begins.length - 1; axis >= 0; axis--) {
      widths.add(Integer.toString(begins[axis]));
      widths.add(Integer.toString(ends[axis]));
    }
    return call("constant_pad_nd", x, ScriptSite.list(widths), ScriptSite.number(value));
  }

  /** The product of integer expressions. */
  static String product(List<String> factors) {
    return factors.isEmpty() ? "1" : factors.stream().collect(Collectors.joining(" * "));
  }

  /**
   * The dimension of an operand whose indices are written out.
   *
   * @throws GraphException when it depends on the batch size
   */
  static int known(ScriptSite s, int operand, int axis) {
    if (s.shape(operand).get(axis).contains("n")) {
      throw s.site().fail("axis " + axis + " is the batch, which can only be read in order");
    }
    return s.site().shape(operand)[axis];
  }
}
