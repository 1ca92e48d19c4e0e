package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.graph.Segments.Segment;
import retort.network.SongUNet;

class SegmentsTest {
  private static final Set<Integer> ATTENTION = Set.of(8);

  /** Three networks in a row, of which the first learns, as in the loss of a generator. */
  private static Graph row() {
    Graph network =
        DropoutRemoval.remove(
                new EdmPreconditioning(0.5)
                    .denoiser(
                        SongUNet.ddpmpp(16, 1, 0, 0, 16, List.of(1, 2), 4, 2, ATTENTION, 0)
                            .build(0)))
            .withOutputs(List.of(DenoiserModel.DENOISED));
    GraphBuilder g = new GraphBuilder();
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch());
    Value x = g.input(DenoiserModel.NOISY, Shape.batch(1, 16, 16));
    for (String scope : List.of("generator/", "teacher/", "fake/")) {
      Map<String, Value> arguments = Map.of(DenoiserModel.NOISY, x, DenoiserModel.SIGMA, sigma);
      x = Objects.requireNonNull(g.call(network, scope, arguments).get(DenoiserModel.DENOISED));
    }
    g.output("loss", x.squared().sum());
    return g.build();
  }

  private static Set<String> generator(Graph graph) {
    Set<String> names = new HashSet<>(graph.parameters().keySet());
    names.removeIf(name -> !name.startsWith("generator/"));
    return names;
  }

  private static Set<String> networks(Graph graph, Segment segment) {
    Set<String> scopes = new HashSet<>();
    for (Node node : graph.nodes().subList(segment.from(), segment.to())) {
      for (String operand : node.inputs()) {
        if (graph.parameters().containsKey(operand)) {
          scopes.add(operand.substring(0, operand.indexOf('/')));
        }
      }
    }
    return scopes;
  }

  @Test
  void threeSegmentsOfThreeNetworksAreTheNetworks() {
    Graph graph = row();

    List<Segment> segments = Segments.of(graph, generator(graph), 3).list();

    assertThat(segments.stream().map(segment -> networks(graph, segment)))
        .containsExactly(Set.of("generator"), Set.of("teacher"), Set.of("fake"));
  }

  @Test
  void threeSegmentsKeepAboutAThird() {
    Graph graph = row();
    long whole = Segments.of(graph, generator(graph), 1).bytes(4);

    assertThat(Segments.of(graph, generator(graph), 3).bytes(4))
        .isBetween(whole / 3, whole * 2 / 5);
    assertThat(Segments.of(graph, generator(graph), 6).bytes(4)).isLessThan(whole * 3 / 10);
  }

  @Test
  void aWholeLossKeepsWhatItsNetworksKeep() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(3));
    Value w = g.parameter("w", Tensor.floats(new int[] {2, 3}, new float[6]));
    g.output("loss", x.linear(w).silu().sum());

    // x for the gradient of w, and what SiLU is applied to.
    assertThat(Segments.of(g.build(), Set.of("w"), 1).bytes(10)).isEqualTo(10 * 4 * (3 + 2));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100_000})
  void segmentsAreTheGraphInOrder(int count) {
    Graph graph = row();

    List<Segment> segments = Segments.of(graph, generator(graph), count).list();

    int at = 0;
    for (Segment segment : segments) {
      assertThat(segment.from()).isEqualTo(at);
      assertThat(segment.to()).isGreaterThan(at);
      at = segment.to();
    }
    assertThat(at).isEqualTo(graph.nodes().size());
    assertThat(segments).hasSize(Math.min(count, graph.nodes().size()));
  }

  @Test
  void noGradientPassesWhatLearnsNothingOrIsStopped() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(3));
    Value before = x.silu();
    Value after = before.times(g.parameter("w", Tensor.floats(new int[] {1}, 2)));
    Value stopped = after.stopGradient();
    g.output("loss", after.times(stopped).sum());

    Segments segments = Segments.of(g.build(), Set.of("w"), 2);

    assertThat(segments.carriesGradient(before.name())).isFalse();
    assertThat(segments.carriesGradient(after.name())).isTrue();
    assertThat(segments.carriesGradient(stopped.name())).isFalse();
  }

  @Test
  void noneIsTooFew() {
    assertThatThrownBy(() -> Segments.of(row(), Set.of(), 0))
        .hasMessage("a graph has at least 1 segment, not 0");
  }
}
