package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.graph.Graph;
import retort.graph.GraphAgreement;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Projection;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.network.Arguments;
import retort.network.Edm2LogVariance;
import retort.network.Edm2UNet;

class Edm2PreconditioningTest {
  private static final Edm2Preconditioning EDM2 = new Edm2Preconditioning(0.5);

  @TempDir Path folder;

  private static Graph network() {
    return Edm2UNet.of(
            new Arguments(
                Map.of(
                    "img_resolution", 4,
                    "img_channels", 1,
                    "label_dim", 2,
                    "model_channels", 4,
                    "channel_mult", List.of(1),
                    "num_blocks", 1)))
        .build(1);
  }

  private static Graph head() {
    return new Edm2LogVariance(8).build(2);
  }

  @Test
  void weightsAreNamedAsInThePublishedCheckpoints() {
    Graph denoiser = EDM2.denoiser(network(), head());

    assertThat(denoiser.weights())
        .containsKeys(
            "unet.out_gain",
            "unet.emb_fourier.freqs",
            "unet.enc.4x4_conv.weight",
            "logvar_fourier.freqs",
            "logvar_fourier.phases",
            "logvar_linear.weight");
    assertThat(denoiser.inputs())
        .extracting(Graph.Input::name)
        .containsExactly("noisy", "sigma", "label");
    assertThat(denoiser.outputs()).containsExactly("denoised", "features", "logvar");
    assertThat(EDM2.denoiser(network()).outputs()).containsExactly("denoised", "features");
  }

  @Test
  void aFreshNetworkReturnsThePartOfTheImageThatItSkips() {
    Graph denoiser = EDM2.denoiser(network());
    Tensor noisy = Tensor.floats(new int[] {1, 1, 4, 4}, new float[16]);
    noisy.floats()[3] = 0.7f;

    Map<String, Tensor> feeds = new HashMap<>(GraphAgreement.feeds(denoiser, 1));
    feeds.put("noisy", noisy);
    feeds.put("sigma", Tensor.floats(new int[] {1}, 2.5f));
    double[] denoised =
        Objects.requireNonNull(Interpreter.run(denoiser, feeds).get("denoised")).reals();

    assertThat(denoised[3]).isCloseTo(.03846154 * 0.7, Offset.offset(1e-7));
    assertThat(denoised[4]).isZero();
  }

  @Test
  void aFileKeepsProjectionsAndUncertainty() {
    Graph graph = EDM2.denoiser(network(), head());
    DenoiserModel model = new DenoiserModel(graph, 0.5, List.of("a", "b"), Map.of());
    Path file = folder.resolve("teacher.onnx");

    model.write(file);
    DenoiserModel read = DenoiserModel.read(file);

    assertThat(read.properties()).isEmpty();
    assertThat(read.graph().outputs()).contains(DenoiserModel.LOGVAR);
    graph
        .parameters()
        .keySet()
        .forEach(
            name ->
                assertThat(projection(read.graph(), name))
                    .as(name)
                    .isEqualTo(projection(graph, name)));
    assertThat(projection(read.withWeights(graph.parameters()).graph(), "logvar_linear.weight"))
        .isEqualTo(Projection.UNIT_FILTERS);
    assertThat(projection(read.generator(2.5), "unet.out_conv.weight"))
        .isEqualTo(Projection.UNIT_FILTERS);
    GraphAgreement.assertAgree(
        read.generator(2.5).withOutputs(List.of("image")), model.generator(2.5), 1e-6);
  }

  private static Projection projection(Graph graph, String name) {
    return Objects.requireNonNull(graph.weights().get(name)).projection();
  }

  @Test
  void aNetworkWithOtherInputsIsRefused() {
    GraphBuilder g = new GraphBuilder();
    g.output("f", g.input("x", Shape.batch(1, 1, 2)));
    Graph network = g.build();

    assertThatThrownBy(() -> EDM2.denoiser(network))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("inputs are [x] but should be x, noise and at most label");
    assertThatThrownBy(() -> new Edm2Preconditioning(0)).hasMessageContaining("sigma_data is 0.0");
  }
}
