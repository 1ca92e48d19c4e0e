package retort.exporter;

import java.util.List;
import java.util.Locale;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Shape;
import retort.graph.TensorType;
import retort.graph.Types;

/** What a network takes and answers, in words: {@code noisy float32[N, 3, 32, 32]}. */
final class Signature {
  private Signature() {}

  static List<String> inputs(Graph graph) {
    return graph.inputs().stream()
        .map(input -> text(input.name(), input.type(), input.shape()))
        .toList();
  }

  static List<String> outputs(Graph graph) {
    Types types = Types.of(graph);
    return graph.outputs().stream().map(name -> text(name, types.type(name))).toList();
  }

  private static String text(String name, TensorType value) {
    return text(name, value.type(), value.shape());
  }

  private static String text(String name, DataType type, Shape shape) {
    return name + " " + type.name().toLowerCase(Locale.ROOT) + shape;
  }
}
