package retort.exporter.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import retort.exporter.TinyGenerators;
import retort.graph.Attributes;
import retort.graph.ConstantFolding;
import retort.graph.Cost;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Lowering;
import retort.graph.Node;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;

/**
 * Each rewrite finds what it looks for, leaves alone what only resembles it, and changes no sum.
 */
class CpuFormTest {
  /** Of values of about 1: weights are rounded to float32 once more. */
  private static final float TOLERANCE = 1e-5f;

  private static final Graph GENERATOR =
      ConstantFolding.foldAll(
          DropoutRemoval.remove(TinyGenerators.teacher(3, 0).generator(TinyGenerators.SIGMA_INIT)));

  private static long count(Graph graph, Operator operator) {
    return graph.nodes().stream().map(Node::operator).filter(operator::equals).count();
  }

  private static Tensor normal(long seed, int... shape) {
    Random random = new Random(seed);
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.floats(shape, values);
  }

  private static void assertSame(Graph expected, Graph actual) {
    for (int batch : new int[] {1, 3}) {
      Map<String, Tensor> feeds = new HashMap<>();
      for (Graph.Input input : expected.inputs()) {
        feeds.put(input.name(), normal(input.name().hashCode(), input.shape().at(batch)));
      }
      Map<String, Tensor> results = Interpreter.run(actual, feeds);
      Interpreter.run(expected, feeds)
          .forEach(
              (name, value) ->
                  assertThat(Objects.requireNonNull(results.get(name)).floats())
                      .as(name)
                      .containsExactly(value.floats(), offset(TOLERANCE)));
    }
  }

  @Test
  void attentionTakesItsPixelsAsTheyLie() {
    Graph ordered = AttentionOrder.apply(GENERATOR);

    assertThat(count(GENERATOR, Operator.ATTENTION)).isPositive();
    assertThat(count(ordered, Operator.ATTENTION)).isZero();
    assertThat(ordered.nodes())
        .filteredOn(node -> node.operator() == Operator.TRANSPOSE)
        .allMatch(node -> node.attributes().integers("perm").length == 4);
    assertThat(ordered.parameterCount()).isEqualTo(GENERATOR.parameterCount());
    assertSame(GENERATOR, ordered);
  }

  /** Attention over what a convolution made, before it is an image again. */
  private static Value attention(Value qkv, int heads, int width, int pixels) {
    List<Value> parts =
        qkv.reshape(0, heads, width, 3, pixels).transpose(3, 0, 1, 4, 2).split(3, 0).stream()
            .map(part -> part.reshape(-1, heads, pixels, width))
            .toList();
    return parts.get(0).attend(parts.get(1), parts.get(2)).transpose(0, 1, 3, 2);
  }

  @Test
  void attentionOfSeveralHeadsIsOrderedToo() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(4, 3, 2));
    Value qkv = x.conv(g.parameter("w", normal(1, 12, 4, 1, 1)), g.parameter("b", normal(2, 12)));
    g.output("y", attention(qkv, 2, 2, 6).reshape(0, 4, 3, 2));
    Graph graph = g.build();

    Graph ordered = AttentionOrder.apply(graph);

    assertThat(count(ordered, Operator.ATTENTION)).isZero();
    assertSame(graph, ordered);
  }

  @Test
  void channelsOfGroupsAreNotReordered() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(4, 3, 2));
    Value weight = g.parameter("w", normal(1, 12, 2, 1, 1));
    Attributes groups = Attributes.none().with("group", 2L);
    Value qkv = g.add(Operator.CONV, groups, List.of(x, weight, g.parameter("b", normal(2, 12))));
    g.output("y", attention(qkv, 2, 2, 6).reshape(0, 4, 3, 2));
    Graph graph = g.build();

    assertThat(AttentionOrder.apply(graph).nodes()).isEqualTo(graph.nodes());
  }

  @Test
  void headsThatCutThroughChannelsAreNotReordered() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(4, 4, 4));
    Value qkv = x.conv(g.parameter("w", normal(1, 12, 4, 1, 1)), g.parameter("b", normal(2, 12)));
    g.output("y", attention(qkv, 2, 4, 8).reshape(0, 4, 4, 4));
    Graph graph = g.build();

    assertThat(AttentionOrder.apply(graph).nodes()).isEqualTo(graph.nodes());
  }

  @Test
  void residualFactorsOfTwoConvolutionsGoIntoTheirWeights() {
    Graph folded = ResidualScale.fold(GENERATOR);

    assertThat(count(folded, Operator.MUL)).isLessThan(count(GENERATOR, Operator.MUL));
    assertThat(folded.parameterCount()).isEqualTo(GENERATOR.parameterCount());
    assertSame(GENERATOR, folded);
  }

  @Test
  void aConvolutionThatSomebodyElseUsesKeepsItsWeights() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2, 3, 3));
    Value shared = g.parameter("w", normal(1, 2, 2, 1, 1));
    Value a = x.conv(shared, g.parameter("a", normal(2, 2)));
    Value b = x.conv(g.parameter("v", normal(3, 2, 2, 1, 1)), g.parameter("b", normal(4, 2)));
    g.output("y", a.plus(b).times(0.5));
    g.output("z", x.silu().conv(shared, g.parameter("c", normal(5, 2))));
    Graph graph = g.build();

    Graph folded = ResidualScale.fold(graph);

    assertThat(folded.nodes()).isEqualTo(graph.nodes());
  }

  @Test
  void channelsAreMixedBeforePixelsAreRepeated() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(3, 2, 2));
    Value bias = g.parameter("b", normal(2, 4));
    Value large = x.silu().upsampleNearest2x();
    g.output("y", x.upsampleNearest2x().conv(g.parameter("w", normal(1, 4, 3, 1, 1)), bias));
    g.output("z", large.conv(g.parameter("v", normal(3, 4, 3, 3, 3)), bias));
    Graph graph = g.build();

    Graph moved = ProjectionFirst.apply(graph);

    assertThat(Cost.of(graph).multiplyAdds() - Cost.of(moved).multiplyAdds())
        .isEqualTo(3 * 4 * (16 - 4));
    assertSame(graph, moved);
  }

  @Test
  void whatBlocksDeriveFromTheEmbeddingIsOneProduct() {
    Graph merged = SharedEmbedding.merge(GENERATOR);

    assertThat(count(GENERATOR, Operator.GEMM)).isGreaterThan(6);
    assertThat(count(merged, Operator.GEMM)).isEqualTo(4);
    assertThat(merged.parameterCount()).isEqualTo(GENERATOR.parameterCount());
    assertSame(GENERATOR, merged);
  }

  @Test
  void scaleAndShiftOfChannelsAreOneNode() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2, 3, 3));
    Value scale = g.constant(normal(1, 2, 1, 1));
    Value shift = g.constant(normal(2, 1, 2, 1, 1));
    g.output("y", scale.times(x).plus(shift));
    Graph graph = g.build();

    Graph fused = ChannelAffine.fuse(graph);

    assertThat(count(fused, Operator.BATCH_NORMALIZATION)).isEqualTo(1);
    assertThat(count(fused, Operator.MUL) + count(fused, Operator.ADD)).isZero();
    assertSame(graph, fused);
  }

  @Test
  void aFactorForEachPixelIsNoFactorForEachChannel() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(3, 3, 3));
    Value pixels = g.constant(normal(1, 3, 1));
    g.output("y", x.times(pixels).plus(g.constant(normal(2, 3, 1, 1))));
    g.output("z", x.times(g.constant(normal(3, 3, 1, 1))).plus(x));
    Value vectors = g.input("v", Shape.batch(3));
    g.output(
        "w",
        g.add(
            Operator.ADD,
            Attributes.none(),
            List.of(vectors.times(g.constant(normal(4, 3))), g.constant(normal(5, 3)))));
    Graph graph = g.build();

    assertThat(ChannelAffine.fuse(graph).nodes()).isEqualTo(graph.nodes());
  }

  @Test
  void theWholeFormComputesTheSameInFewerNodes() {
    Graph form = CpuForm.of(GENERATOR);

    assertThat(form.parameterCount()).isEqualTo(GENERATOR.parameterCount());
    assertThat(form.nodes().size()).isLessThan(Lowering.lower(GENERATOR).nodes().size());
    assertSame(GENERATOR, form);
  }
}
