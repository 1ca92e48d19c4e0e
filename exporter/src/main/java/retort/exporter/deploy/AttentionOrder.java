package retort.exporter.deploy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import retort.graph.Attributes;
import retort.graph.Graph;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Types;
import retort.graph.Weight;

/**
 * Attention over pixels without moving them: where one convolution makes q, k and v interleaved
 * channel by channel, its output channels are put in an order from which they are split as they
 * lie, and the products take them with the pixels last. {@code v softmax(q^T k)^T} needs two
 * transposed factors, which the runtime's products take as they are; the scale goes into the
 * weights of q.
 */
final class AttentionOrder {
  private static final Attributes SWAP = Attributes.none().with("perm", new long[] {0, 1, 3, 2});

  private final Uses uses;
  private final Types types;
  private final Map<String, Weight> weights;
  private final Map<String, Tensor> reordered = new HashMap<>();

  private AttentionOrder(Graph graph) {
    uses = new Uses(graph);
    types = Types.of(graph);
    weights = new LinkedHashMap<>(graph.weights());
  }

  /** What surrounds one attention: convolution, heads, and the last node, which makes an image. */
  private record Site(Node conv, Node attention, Node last, int heads, int width) {}

  static Graph apply(Graph graph) {
    AttentionOrder order = new AttentionOrder(graph);
    Map<Node, Site> sites = new HashMap<>();
    for (Node node : graph.nodes()) {
      order.site(node).ifPresent(site -> sites.put(site.last(), site));
    }
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      Site site = sites.get(node);
      if (site == null) {
        nodes.add(node);
      } else {
        order.rewrite(site, nodes);
      }
    }
    return new Graph(graph.inputs(), order.weights, nodes, graph.outputs())
        .withWeights(order.reordered)
        .pruned();
  }

  private Optional<Site> site(Node last) {
    if (last.operator() != Operator.RESHAPE) {
      return Optional.empty();
    }
    Optional<Node> turned =
        uses.only(Uses.first(last), Operator.TRANSPOSE).filter(node -> permutes(node, 0, 1, 3, 2));
    Optional<Node> attention =
        turned.flatMap(node -> uses.only(Uses.first(node), Operator.ATTENTION));
    return attention.flatMap(node -> site(node, last));
  }

  private Optional<Site> site(Node attention, Node last) {
    Set<Node> splits = new HashSet<>();
    List<String> parts = new ArrayList<>();
    for (String operand : attention.inputs()) {
      Optional<Node> part = uses.only(operand, Operator.RESHAPE);
      part.flatMap(node -> uses.only(Uses.first(node), Operator.SPLIT)).ifPresent(splits::add);
      part.ifPresent(node -> parts.add(Uses.first(node)));
    }
    int[] shape = types.type(attention.inputs().get(0)).shape().at(1);
    if (splits.size() != 1 || parts.size() != 3 || shape.length != 4) {
      return Optional.empty();
    }
    Node split = splits.iterator().next();
    int heads = shape[1];
    int width = shape[3];
    return Optional.of(split)
        .filter(node -> node.outputs().equals(parts))
        .filter(node -> node.attributes().integer("axis", 0) == 0)
        .flatMap(node -> uses.only(Uses.first(node), Operator.TRANSPOSE))
        .filter(node -> permutes(node, 3, 0, 1, 4, 2))
        .flatMap(node -> uses.only(Uses.first(node), Operator.RESHAPE))
        .filter(node -> uses.is(node.inputs().get(1), 0, heads, width, 3, shape[2]))
        .flatMap(node -> uses.only(Uses.first(node), Operator.CONV))
        .filter(conv -> makesThirds(conv, 3 * heads * width))
        .filter(
            conv ->
                conv.inputs().stream()
                    .skip(1)
                    .allMatch(name -> uses.floats(name).isPresent() && uses.isUsedOnce(name)))
        .map(conv -> new Site(conv, attention, last, heads, width));
  }

  /** Whether a convolution makes so many channels, each from all of the input's. */
  private boolean makesThirds(Node conv, int channels) {
    return conv.attributes().integer("group", 1) == 1
        && uses.floats(conv.inputs().get(1))
            .filter(weight -> weight.dim(0) == channels)
            .isPresent();
  }

  private static boolean permutes(Node node, long... order) {
    return Arrays.equals(node.attributes().integers("perm"), order);
  }

  private void rewrite(Site site, List<Node> nodes) {
    double scale = site.attention().attributes().real("scale", 1 / Math.sqrt(site.width()));
    for (String name : site.conv().inputs().subList(1, site.conv().inputs().size())) {
      reordered.put(
          name, reordered(uses.constant(name).orElseThrow(), site.heads(), site.width(), scale));
    }
    String result = Uses.result(site.last());
    String pixelsLast = Uses.beside(result, "pixels_last");
    weights.put(
        Uses.beside(result, "shape"),
        Weight.constant(Tensor.vector(0, 3L * site.heads(), site.width(), -1)));
    nodes.add(
        node(
            Operator.RESHAPE,
            Attributes.none(),
            pixelsLast,
            Uses.result(site.conv()),
            Uses.beside(result, "shape")));
    List<String> parts =
        List.of(Uses.beside(result, "q"), Uses.beside(result, "k"), Uses.beside(result, "v"));
    Attributes thirds = Attributes.none().with("axis", 1L).with("num_outputs", 3L);
    nodes.add(new Node(Operator.SPLIT, thirds, List.of(pixelsLast), parts));
    String turned = Uses.beside(result, "q_turned");
    String scores = Uses.beside(result, "scores");
    String shares = Uses.beside(result, "shares");
    String sharesTurned = Uses.beside(result, "shares_turned");
    String attended = Uses.beside(result, "attended");
    Attributes last = Attributes.none().with("axis", -1L);
    nodes.add(node(Operator.TRANSPOSE, SWAP, turned, parts.get(0)));
    nodes.add(node(Operator.MAT_MUL, Attributes.none(), scores, turned, parts.get(1)));
    nodes.add(node(Operator.SOFTMAX, last, shares, scores));
    nodes.add(node(Operator.TRANSPOSE, SWAP, sharesTurned, shares));
    nodes.add(node(Operator.MAT_MUL, Attributes.none(), attended, parts.get(2), sharesTurned));
    nodes.add(
        node(Operator.RESHAPE, Attributes.none(), result, attended, site.last().inputs().get(1)));
  }

  private static Node node(
      Operator operator, Attributes attributes, String result, String... operands) {
    return new Node(operator, attributes, List.of(operands), List.of(result));
  }

  /** Rows (head, channel, part) as (part, head, channel), with those of q scaled. */
  private static Tensor reordered(Tensor tensor, int heads, int width, double scale) {
    float[] from = tensor.floats();
    float[] to = new float[from.length];
    int channels = heads * width;
    int row = from.length / (3 * channels);
    for (int part = 0; part < 3; part++) {
      for (int channel = 0; channel < channels; channel++) {
        for (int i = 0; i < row; i++) {
          double value = from[(channel * 3 + part) * row + i];
          to[(part * channels + channel) * row + i] = (float) (part == 0 ? value * scale : value);
        }
      }
    }
    return Tensor.floats(tensor.shape(), to);
  }
}
