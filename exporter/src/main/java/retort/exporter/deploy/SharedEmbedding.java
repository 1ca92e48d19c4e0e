package retort.exporter.deploy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.graph.Attributes;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Weight;

/**
 * One product instead of one for each block: what the blocks derive from one embedding, {@code
 * reshape(e W_i^T + b_i)} to [N, C_i, 1, 1], is computed together and split.
 */
final class SharedEmbedding {
  private SharedEmbedding() {}

  /** A block's product and the node that makes channels of it. */
  private record Projection(Node product, Node reshape, int channels) {}

  static Graph merge(Graph graph) {
    Uses uses = new Uses(graph);
    Map<String, List<Projection>> byEmbedding = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      projection(node, uses)
          .ifPresent(
              found ->
                  byEmbedding
                      .computeIfAbsent(Uses.first(node), name -> new ArrayList<>())
                      .add(found));
    }
    byEmbedding.values().removeIf(projections -> projections.size() < 2);
    Map<String, Weight> weights = new LinkedHashMap<>(graph.weights());
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      List<Projection> merged = byEmbedding.getOrDefault(first(node), List.of());
      if (merged.stream().noneMatch(projection -> projection.product().equals(node))) {
        nodes.add(node);
      } else if (merged.get(0).product().equals(node)) {
        merge(merged, uses, weights, nodes);
      }
    }
    byEmbedding
        .values()
        .forEach(merged -> merged.forEach(projection -> nodes.remove(projection.reshape())));
    return new Graph(graph.inputs(), weights, nodes, graph.outputs()).pruned();
  }

  private static String first(Node node) {
    return node.inputs().isEmpty() ? "" : Uses.first(node);
  }

  private static Optional<Projection> projection(Node product, Uses uses) {
    boolean plain =
        product.operator() == Operator.GEMM
            && product.attributes().asMap().equals(Map.of("transB", 1L))
            && product.inputs().size() == 3
            && product.inputs().stream().skip(1).allMatch(name -> uses.floats(name).isPresent());
    if (!plain || !uses.isUsedOnce(Uses.result(product))) {
      return Optional.empty();
    }
    Node reshape = uses.users(Uses.result(product)).iterator().next();
    int channels = uses.constant(product.inputs().get(1)).orElseThrow().dim(0);
    boolean channelwise =
        reshape.operator() == Operator.RESHAPE
            && uses.is(reshape.inputs().get(1), 0, channels, 1, 1)
            && uses.constant(product.inputs().get(2)).orElseThrow().elements() == channels;
    return channelwise ? Optional.of(new Projection(product, reshape, channels)) : Optional.empty();
  }

  private static void merge(
      List<Projection> merged, Uses uses, Map<String, Weight> weights, List<Node> nodes) {
    String stem = Uses.first(merged.get(0).product());
    int channels = merged.stream().mapToInt(Projection::channels).sum();
    int width = uses.constant(merged.get(0).product().inputs().get(1)).orElseThrow().dim(1);
    String weight = Uses.beside(stem, "weight");
    String bias = Uses.beside(stem, "bias");
    String shape = Uses.beside(stem, "shape");
    String sizes = Uses.beside(stem, "sizes");
    String product = Uses.beside(stem, "product");
    String shaped = Uses.beside(stem, "shaped");
    weights.put(weight, Weight.parameter(joined(merged, 1, uses, new int[] {channels, width})));
    weights.put(bias, Weight.parameter(joined(merged, 2, uses, new int[] {channels})));
    weights.put(shape, Weight.constant(Tensor.vector(0, channels, 1, 1)));
    weights.put(
        sizes,
        Weight.constant(Tensor.vector(merged.stream().mapToLong(Projection::channels).toArray())));
    nodes.add(
        new Node(
            Operator.GEMM,
            merged.get(0).product().attributes(),
            List.of(stem, weight, bias),
            List.of(product)));
    nodes.add(
        new Node(Operator.RESHAPE, Attributes.none(), List.of(product, shape), List.of(shaped)));
    nodes.add(
        new Node(
            Operator.SPLIT,
            Attributes.none().with("axis", 1L),
            List.of(shaped, sizes),
            merged.stream().map(part -> Uses.result(part.reshape())).toList()));
  }

  private static Tensor joined(List<Projection> merged, int operand, Uses uses, int[] shape) {
    float[] values = new float[Tensor.elements(shape)];
    int at = 0;
    for (Projection projection : merged) {
      float[] part =
          uses.constant(projection.product().inputs().get(operand)).orElseThrow().floats();
      System.arraycopy(part, 0, values, at, part.length);
      at += part.length;
    }
    return Tensor.floats(shape, values);
  }
}
