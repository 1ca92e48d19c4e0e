package retort.graph;

/**
 * What a network costs.
 *
 * @param parameters how many numbers are learnt
 * @param multiplyAdds multiplications, each with an addition, of convolutions, matrix products and
 *     attention for one image; everything else is left out, as in published tables
 * @param weightBytes size of all weights as stored
 */
public record Cost(long parameters, long multiplyAdds, long weightBytes) {
  /**
   * The cost of a graph.
   *
   * <pre>{@code
   * long gigaMultiplyAdds = Cost.of(network).multiplyAdds() / 1_000_000_000;
   * }</pre>
   *
   * @throws GraphException when the graph cannot be typed
   */
  public static Cost of(Graph graph) {
    Types types = Types.of(graph);
    long multiplyAdds = 0;
    for (Node node : graph.nodes()) {
      multiplyAdds += multiplyAdds(node, types);
    }
    long bytes = 0;
    for (Weight weight : graph.weights().values()) {
      bytes += (long) weight.value().elements() * bytes(weight.value().type());
    }
    return new Cost(graph.parameterCount(), multiplyAdds, bytes);
  }

  private static long multiplyAdds(Node node, Types types) {
    return switch (node.operator()) {
      case CONV -> {
        Shape weight = shape(node, 1, types);
        yield result(node, types) * elements(weight) / weight.dim(0).at(1);
      }
      case CONV_TRANSPOSE -> {
        Shape weight = shape(node, 1, types);
        yield elements(shape(node, 0, types)) * elements(weight) / weight.dim(0).at(1);
      }
      case GEMM -> {
        Shape a = shape(node, 0, types);
        boolean turned = node.attributes().integer("transA", 0) != 0;
        yield result(node, types) * a.dim(turned ? 0 : 1).at(1);
      }
      case MAT_MUL -> {
        Shape a = shape(node, 0, types);
        yield result(node, types) * a.dim(a.rank() - 1).at(1);
      }
      case ATTENTION -> {
        Shape q = shape(node, 0, types);
        Shape k = shape(node, 1, types);
        long keys = k.dim(k.rank() - 2).at(1);
        yield keys * (elements(q) + result(node, types));
      }
      default -> 0;
    };
  }

  private static Shape shape(Node node, int operand, Types types) {
    return types.type(node.inputs().get(operand)).shape();
  }

  private static long result(Node node, Types types) {
    return elements(types.type(node.outputs().get(0)).shape());
  }

  private static long elements(Shape shape) {
    long product = 1;
    for (Dim dim : shape.dims()) {
      product *= dim.at(1);
    }
    return product;
  }

  /** Bytes of one value. */
  static int bytes(DataType type) {
    return switch (type) {
      case FLOAT64, INT64 -> 8;
      case FLOAT32, INT32 -> 4;
      case FLOAT16, BFLOAT16, INT16 -> 2;
      case UINT8, INT8, BOOL -> 1;
    };
  }
}
