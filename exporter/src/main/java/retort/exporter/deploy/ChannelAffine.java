package retort.exporter.deploy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.graph.Attributes;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Types;
import retort.graph.Weight;

/**
 * Scales and shifts each channel in one pass over the image: {@code x * a + b} with constants of a
 * number for each channel becomes a BatchNormalization of mean 0 and variance 1. Nearly every block
 * has two, after its normalisations; ONNX Runtime fuses them nowhere.
 */
final class ChannelAffine {
  private ChannelAffine() {}

  static Graph fuse(Graph graph) {
    Uses uses = new Uses(graph);
    Types types = Types.of(graph);
    Map<String, Weight> weights = new LinkedHashMap<>(graph.weights());
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      nodes.add(fused(node, uses, types, weights).orElse(node));
    }
    return new Graph(graph.inputs(), weights, nodes, graph.outputs()).pruned();
  }

  private static Optional<Node> fused(
      Node add, Uses uses, Types types, Map<String, Weight> weights) {
    if (add.operator() != Operator.ADD) {
      return Optional.empty();
    }
    for (String product : add.inputs()) {
      Optional<Node> times = uses.only(product, Operator.MUL);
      Optional<float[]> shift = channelwise(Uses.other(add, product), product, uses, types);
      if (times.isPresent() && shift.isPresent()) {
        for (String x : times.get().inputs()) {
          Optional<float[]> scale =
              channelwise(Uses.other(times.get(), x), product, uses, types)
                  .filter(values -> types.type(x).equals(types.type(product)));
          if (scale.isPresent()) {
            return Optional.of(
                normalization(Uses.result(add), x, scale.get(), shift.get(), weights));
          }
        }
      }
    }
    return Optional.empty();
  }

  /** A constant that broadcasts over an image as one number for each channel. */
  private static Optional<float[]> channelwise(String name, String image, Uses uses, Types types) {
    List<Integer> dims = Arrays.stream(types.type(image).shape().at(1)).boxed().toList();
    return uses.floats(name)
        .filter(value -> dims.size() == 4)
        .filter(value -> value.rank() == 3 || (value.rank() == 4 && value.dim(0) == 1))
        .filter(value -> value.dim(value.rank() - 3) == dims.get(1))
        .filter(value -> value.elements() == dims.get(1))
        .map(Tensor::floats);
  }

  private static Node normalization(
      String result, String x, float[] scale, float[] shift, Map<String, Weight> weights) {
    float[] ones = new float[scale.length];
    Arrays.fill(ones, 1);
    Map<String, Weight> vectors = new LinkedHashMap<>();
    vectors.put(Uses.beside(result, "scale"), Weight.parameter(vector(scale)));
    vectors.put(Uses.beside(result, "shift"), Weight.parameter(vector(shift)));
    vectors.put(Uses.beside(result, "mean"), Weight.buffer(vector(new float[scale.length])));
    vectors.put(Uses.beside(result, "variance"), Weight.buffer(vector(ones)));
    weights.putAll(vectors);
    List<String> operands = new ArrayList<>(List.of(x));
    operands.addAll(vectors.keySet());
    return new Node(
        Operator.BATCH_NORMALIZATION,
        Attributes.none().with("epsilon", 0.0),
        operands,
        List.of(result));
  }

  private static Tensor vector(float[] values) {
    return Tensor.floats(new int[] {values.length}, values);
  }
}
