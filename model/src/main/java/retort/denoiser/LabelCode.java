package retort.denoiser;

import java.util.List;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Value;

/** Our label, float32 [N, K] with zeros for none, in the form that a network takes. */
final class LabelCode {
  private LabelCode() {}

  static Value of(GraphBuilder g, Value label, LabelInput input, Graph.Input port) {
    if (port.type().isFloating()) {
      Value rows = rows(g, label, input);
      return port.type() == DataType.FLOAT32 ? rows : cast(g, rows, port.type());
    }
    Value index = cast(g, index(g, label, input), port.type());
    return port.shape().rank() == 1 ? index : index.reshape(-1, 1);
  }

  /**
   * A row of weights. What is missing to a sum of 1 goes to the null label, so that none at all is
   * the null label and mixes stay mixes.
   */
  private static Value rows(GraphBuilder g, Value label, LabelInput input) {
    if (input.nullLabel().isEmpty()) {
      return label;
    }
    int none = input.nullLabel().getAsInt();
    float[] places = new float[input.labels() * input.rows()];
    float[] rest = new float[input.rows()];
    rest[none] = 1;
    for (int i = 0; i < input.labels(); i++) {
      places[i * input.rows() + input.row(i)] = 1;
      places[i * input.rows() + none] = -1;
    }
    int[] shape = {input.labels(), input.rows()};
    Value placed =
        g.add(
            Operator.MAT_MUL,
            Attributes.none(),
            List.of(label, g.constant(Tensor.floats(shape, places))));
    return placed.plus(g.constant(Tensor.floats(new int[] {1, input.rows()}, rest)));
  }

  /** The number of the strongest label; of the null label, where there is one, for zeros. */
  private static Value index(GraphBuilder g, Value label, LabelInput input) {
    Value strongest =
        g.add(
            Operator.ARG_MAX,
            Attributes.none().with("axis", 1L).with("keepdims", 0L),
            List.of(label));
    if (input.nullLabel().isEmpty()) {
      return strongest;
    }
    long[] numbers = new long[input.labels()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = input.row(i);
    }
    Value number =
        g.add(
            Operator.GATHER,
            Attributes.none(),
            List.of(g.constant(Tensor.vector(numbers)), strongest));
    Value sum =
        g.add(
            Operator.REDUCE_SUM,
            Attributes.none().with("keepdims", 0L),
            List.of(label, g.constant(Tensor.vector(1))));
    Value absent = g.add(Operator.LESS, Attributes.none(), List.of(sum, g.constant(0.5)));
    Value none = g.constant(Tensor.vector(input.nullLabel().getAsInt()));
    return g.add(Operator.WHERE, Attributes.none(), List.of(absent, none, number));
  }

  private static Value cast(GraphBuilder g, Value value, DataType type) {
    return g.add(
        Operator.CAST, Attributes.none().with("to", (long) type.onnxCode()), List.of(value));
  }
}
