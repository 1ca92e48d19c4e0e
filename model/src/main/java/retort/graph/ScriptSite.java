package retort.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** A node while it is written as TorchScript: the texts of its operands and of shapes. */
final class ScriptSite {
  private final Site site;
  private final IntFunction<String> names;
  private final List<Optional<List<Dim>>> integers;
  private final List<TensorType> inputs;
  private final List<TensorType> outputs;

  ScriptSite(
      Site site,
      IntFunction<String> names,
      List<Optional<List<Dim>>> integers,
      List<TensorType> inputs,
      List<TensorType> outputs) {
    this.site = site;
    this.names = names;
    this.integers = integers;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** The site at one probed batch size: types, constants, attributes. */
  Site site() {
    return site;
  }

  Attributes attributes() {
    return site.attributes();
  }

  boolean has(int i) {
    return site.has(i);
  }

  int count() {
    return site.count();
  }

  /** The variable that holds operand {@code i}, or {@code None} when it is left out. */
  String in(int i) {
    return has(i) ? names.apply(i) : "None";
  }

  /** A literal for a constant real operand of rank 0, where the text can do without a tensor. */
  Optional<String> number(int i) {
    return site.constant(i)
        .filter(value -> value.rank() == 0 && value.type().isFloating())
        .map(value -> number(value.reals()[0]));
  }

  /** The integer operand {@code i} as a list of expressions in the batch size {@code n}. */
  List<String> integers(int i) {
    return integers
        .get(i)
        .orElseThrow(() -> site.fail("operand " + i + " must be constant or follow from shapes"))
        .stream()
        .map(dim -> dim.expression("n"))
        .toList();
  }

  /** Dimensions of operand {@code i} as expressions in the batch size {@code n}. */
  List<String> shape(int i) {
    return expressions(inputs.get(i).shape());
  }

  TensorType output(int i) {
    return outputs.get(i);
  }

  /** Dimensions of result {@code i} as expressions in the batch size {@code n}. */
  List<String> outputShape(int i) {
    return expressions(outputs.get(i).shape());
  }

  /** A list literal; an empty one is a list of integers, which TorchScript cannot tell. */
  static String list(List<String> items) {
    return items.isEmpty() ? "annotate(List[int], [])" : "[" + String.join(", ", items) + "]";
  }

  /** A list literal. */
  static String list(long... items) {
    return list(Arrays.stream(items).mapToObj(Long::toString).toList());
  }

  /** A float literal that TorchScript reads back to the same double. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "float('nan')";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "float('inf')" : "float('-inf')";
    }
    return Double.toString(value).replace("E", "e");
  }

  private static List<String> expressions(Shape shape) {
    return shape.dims().stream().map(dim -> dim.expression("n")).collect(Collectors.toList());
  }
}
