package retort.exporter.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.denoiser.ImageShape;
import retort.denoiser.Preconditioning;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.network.Arguments;
import retort.network.SongUNet;
import retort.noise.GaussianNoise;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.reference.Recorded;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;
import retort.reference.ReferenceNetwork;

/** Denoisers in files, run by ONNX Runtime, against the published code. */
class OnnxParityTest {
  /** Absolute, for images in [-1, 1]: far below one step of eight bits, 0.008. */
  private static final float TOLERANCE = 1e-4f;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> aFileDenoisesAsPublished() {
    return ReferenceCases.tests(ReferenceCases.NETWORKS, this::assertDenoises);
  }

  private void assertDenoises(ReferenceCase reference) {
    ReferenceNetwork network = ReferenceNetwork.of(reference);
    Path file = write(network.intake().model(), reference);

    try (OnnxSession session =
        OnnxSession.open(
            file.toString(), 1, (e, options) -> e.createSession(file.toString(), options))) {
      network.denoised(reference).forEach(recorded -> assertAnswers(session, recorded));
    }
  }

  /** The teacher of a case in a file, with its dropout, as {@code import} writes it. */
  private Path write(DenoiserModel model, ReferenceCase reference) {
    Path file = folder.resolve(reference.name().replace('/', '-') + ".onnx");
    model.write(file);
    return file;
  }

  private static void assertAnswers(OnnxSession session, Recorded recorded) {
    Map<String, float[]> feeds = new HashMap<>();
    recorded.feeds().forEach((name, tensor) -> feeds.put(name, tensor.floats()));
    int n = Objects.requireNonNull(feeds.get(DenoiserModel.SIGMA)).length;
    recorded
        .answers()
        .forEach(
            (output, expected) ->
                assertThat(session.run(feeds, n, output, OnnxDenoiser::floats))
                    .as(recorded.name() + " " + output)
                    .containsExactly(expected.floats(), offset(tolerance(expected))));
  }

  /**
   * The promise for images, which span 2. A network that predicts noise answers, far from any
   * image, with hundreds at high noise levels, of which float32 itself keeps no more than seven
   * digits: there the tolerance is the same share of the largest value.
   */
  private static float tolerance(Tensor expected) {
    double largest = Arrays.stream(expected.reals()).map(Math::abs).max().orElseThrow();
    return (float) (TOLERANCE * Math.max(1, largest / 2));
  }

  @TestFactory
  Stream<DynamicTest> aFileKeepsTheModel() {
    return ReferenceCases.tests(
        ReferenceCases.NETWORKS,
        reference -> {
          DenoiserModel written = ReferenceNetwork.of(reference).intake().model();
          Path file = write(written, reference);

          DenoiserModel read = DenoiserModel.read(file);

          Map<String, Tensor> expected = written.graph().parameters();
          Map<String, Tensor> actual = read.graph().parameters();
          assertThat(actual.keySet()).isEqualTo(expected.keySet());
          expected.forEach(
              (name, value) ->
                  assertThat(Objects.requireNonNull(actual.get(name)).sameAs(value))
                      .as(name)
                      .isTrue());
          assertThat(read.sigmaData()).isEqualTo(written.sigmaData());
          assertThat(read.labelNames()).isEqualTo(written.labelNames());
          assertThat(read.imageShape()).isEqualTo(written.imageShape());
          assertThat(read.properties()).isEqualTo(written.properties());
        });
  }

  /** Formulas that references need not cover, each around a network of its own kind. */
  @ParameterizedTest
  @ValueSource(strings = {"EDMPrecond", "VPPrecond", "VEPrecond", "iDDPMPrecond"})
  void everyPreconditioningRuns(String name) {
    Map<String, Object> arguments =
        Map.of(
            "img_resolution", 4,
            "img_channels", 1,
            "model_channels", 8,
            "channel_mult", List.of(1, 8),
            "num_blocks", 1,
            "attn_resolutions", List.of(2));
    Preconditioning preconditioning = Preconditioning.of(name, new Arguments(arguments));
    Graph graph =
        preconditioning.denoiser(preconditioning.network(new Arguments(arguments)).build(1));
    Map<String, Tensor> awake = new HashMap<>();
    graph
        .parameters()
        .forEach((weight, value) -> awake.put(weight, normal(weight.hashCode(), value.shape())));
    DenoiserModel model = new DenoiserModel(graph.withWeights(awake), 0.5, List.of(), Map.of());
    Tensor noisy = normal(1, 3, 1, 4, 4);
    Tensor sigma = Tensor.floats(new int[] {3}, 0.05f, 0.8f, 9);
    Path file = folder.resolve("denoiser.onnx");
    model.write(file);

    try (OnnxDenoiser denoiser = OnnxDenoiser.open(file, 1)) {
      float[] denoised = denoiser.denoise(noisy.floats(), sigma.floats(), Map.of());

      Map<String, Tensor> feeds = Map.of("noisy", noisy, "sigma", sigma);
      Tensor expected =
          Objects.requireNonNull(Interpreter.run(model.graph(), feeds).get("denoised"));
      assertThat(denoised).containsExactly(expected.floats(), offset(TOLERANCE));
    }
  }

  private static Tensor normal(int stream, int... shape) {
    float[] values = new GaussianNoise(5, stream).elements(Tensor.elements(shape));
    for (int i = 0; i < values.length; i++) {
      values[i] *= 0.2f;
    }
    return Tensor.floats(shape, values);
  }

  @Test
  void aConditionThatIsNotGivenIsZero() {
    SongUNet network = SongUNet.ddpmpp(8, 1, 3, 2, 8, List.of(1, 1), 2, 1, Set.of(4), 0.1);
    Path file = folder.resolve("denoiser.onnx");
    new DenoiserModel(
            new EdmPreconditioning(0.5).denoiser(network.build(1)),
            0.5,
            List.of("a", "b", "c"),
            Map.of())
        .write(file);
    float[] noisy = new float[2 * 64];
    float[] sigma = {1, 2};

    try (OnnxDenoiser denoiser = OnnxDenoiser.open(file, 1)) {
      float[] unconditional = denoiser.denoise(noisy, sigma, Map.of());
      float[] zeros =
          denoiser.denoise(noisy, sigma, Map.of("label", new float[6], "augment", new float[4]));

      assertThat(denoiser.imageShape()).isEqualTo(new ImageShape(1, 8, 8));
      assertThat(unconditional).hasSize(2 * 64).containsExactly(zeros);
      assertThatThrownBy(() -> denoiser.denoise(noisy, sigma, Map.of("style", new float[2])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("style");
      assertThatThrownBy(() -> denoiser.denoise(noisy, new float[] {1}, Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("noisy has 128 values");
    }
  }

  @Test
  void aFileThatHoldsNoDenoiserIsRefused() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2));
    g.output("y", x.times(2));
    Path file = folder.resolve("other.onnx");
    OnnxWriter.write(OnnxModel.of(g.build(), Map.of()), file);

    assertThatThrownBy(() -> OnnxDenoiser.open(file, 1))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("is no denoiser")
        .hasMessageContaining("[x]");
  }
}
