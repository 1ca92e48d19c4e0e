package retort.trainer.engine;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.DenoiserModel;
import retort.denoiser.Preconditioning;
import retort.graph.Cost;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.network.Arguments;
import retort.network.DhariwalUNet;
import retort.network.EdmUNet;
import retort.network.SongUNet;
import retort.network.UNetPlan;
import retort.noise.GaussianNoise;
import retort.reference.Recorded;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;
import retort.reference.ReferenceNetwork;
import retort.reference.Tolerance;

/** Our networks in TorchScript against the published code, values and gradients. */
class NetworkParityTest {
  /** Both sides compute in float32, in another order. */
  private static final Tolerance VALUES = new Tolerance(1e-5);

  private static final Tolerance GRADIENTS = new Tolerance(1e-4);

  /** Both sides compute in double precision. */
  private static final Tolerance DOUBLE = new Tolerance(1e-10);

  /** Multiplications that the interpreter does in a minute or so. */
  private static final long PATIENCE = 5_000_000_000L;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> imagesAreDenoisedAsPublished() {
    return ReferenceCases.tests(
        ReferenceCases.NETWORKS,
        reference -> {
          ReferenceNetwork network = ReferenceNetwork.of(reference);
          Graph graph = network.denoiser().graph();
          network.denoised(reference).forEach(recorded -> assertAnswers(graph, recorded));
        });
  }

  /** From the published file to the teacher's, and from there to TorchScript. */
  @TestFactory
  Stream<DynamicTest> anImportedFileDenoisesAsPublished() {
    return ReferenceCases.tests(
        ReferenceCases.NETWORKS,
        reference -> {
          ReferenceNetwork network = ReferenceNetwork.of(reference);
          Path file = folder.resolve(reference.name().replace('/', '-') + ".onnx");
          network.intake().model().write(file);
          Graph graph = ReferenceNetwork.awake(DenoiserModel.read(file)).graph();
          network.denoised(reference).forEach(recorded -> assertAnswers(graph, recorded));
        });
  }

  @TestFactory
  Stream<DynamicTest> theInnerNetworkComputesAsPublished() {
    return ReferenceCases.tests(
        ReferenceCases.NETWORKS,
        reference -> {
          ReferenceNetwork network = ReferenceNetwork.of(reference);
          assertAnswers(network.inner(), network.answered(reference));
        });
  }

  /** In both layouts. */
  private static void assertAnswers(Graph network, Recorded recorded) {
    Graph graph = network.withOutputs(List.copyOf(recorded.answers().keySet()));
    for (Layout layout : Layout.values()) {
      try (Torch torch = Torch.open(1, layout)) {
        Map<String, Tensor> actual =
            torch.compile(graph).compute(recorded.feeds(), torch.weights(graph).frozen());
        recorded
            .answers()
            .forEach(
                (output, expected) ->
                    VALUES.check(
                        recorded.name() + " " + output + " " + layout,
                        actual.get(output),
                        expected));
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> gradientsAreAsPublished() {
    return ReferenceCases.tests(ReferenceCases.NETWORKS, NetworkParityTest::assertGradients);
  }

  private static void assertGradients(ReferenceCase reference) {
    if (!reference.has("v.npy")) {
      reference.skip("records no gradients");
    }
    ReferenceNetwork network = ReferenceNetwork.of(reference);
    Map<String, Tensor> feeds = new HashMap<>(first(network, reference).feeds());
    feeds.put("v", reference.tensor("v"));
    Graph graph = product(network.denoiser().graph(), feeds);
    for (Layout layout : Layout.values()) {
      try (Torch torch = Torch.open(1, layout)) {
        NetworkWeights weights = torch.weights(graph);
        torch.compile(graph).differentiate(feeds, weights.learnt());

        Map<String, Tensor> gradients = weights.gradientValues();
        Tensor ofNoisy = gradients.remove(DenoiserModel.NOISY);
        GRADIENTS.check("dvD_dx " + layout, ofNoisy, reference.tensor("dvD_dx"));
        GRADIENTS.checkGradients(gradients, reference.json("param_grads.json"));
      }
    }
  }

  private static Recorded first(ReferenceNetwork network, ReferenceCase reference) {
    return network.denoised(reference).findFirst().orElseThrow();
  }

  /** {@code sum(D * v)}, with the noisy images as a parameter and every dimension known. */
  private static Graph product(Graph denoiser, Map<String, Tensor> feeds) {
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments = new HashMap<>();
    feeds.forEach(
        (name, tensor) -> {
          Shape shape = Shape.of(Arrays.stream(tensor.shape()).asLongStream().toArray());
          boolean learnt = name.equals(DenoiserModel.NOISY);
          arguments.put(name, learnt ? g.parameter(name, tensor) : g.input(name, shape));
        });
    Graph estimate = denoiser.withOutputs(List.of(DenoiserModel.DENOISED));
    Value denoised = g.call(estimate, "", arguments).get(DenoiserModel.DENOISED);
    Value v = Objects.requireNonNull(arguments.get("v"));
    g.output("product", Objects.requireNonNull(denoised).times(v).sum());
    return g.build();
  }

  @TestFactory
  Stream<DynamicTest> theInterpreterAgreesInDoublePrecision() {
    return ReferenceCases.tests(
        ReferenceCases.NETWORKS,
        reference -> {
          ReferenceNetwork network = ReferenceNetwork.of(reference);
          Graph graph = network.denoiser().graph();
          Map<String, Tensor> feeds = first(network, reference).feeds();
          int n = Objects.requireNonNull(feeds.get(DenoiserModel.NOISY)).dim(0);
          if (n * Cost.of(graph).multiplyAdds() > PATIENCE) {
            reference.skip("is too large for the interpreter; the other tests have compared it");
          }
          assertAgreesInDoublePrecision(graph, feeds);
        });
  }

  /** Every way to wire a network, and every preconditioning, with weights that are all awake. */
  @TestFactory
  Stream<DynamicTest> everyKindAgreesInDoublePrecision() {
    UNetPlan plan = new UNetPlan(8, 1, 1, 2, 3, 8, List.of(1, 2), 2, 1, Set.of(4), 0, 0);
    UNetPlan heads = new UNetPlan(4, 1, 1, 2, 3, 64, List.of(1, 2), 1, 1, Set.of(2), 0, 0);
    SongUNet.Embedding positional = SongUNet.Embedding.POSITIONAL;
    SongUNet.Encoder skip = SongUNet.Encoder.SKIP;
    List<Double> smoothing = SongUNet.SMOOTHING_FILTER;
    Map<String, EdmUNet> networks =
        Map.of(
            "EDMPrecond", SongUNet.ncsnpp(plan),
            "VPPrecond", SongUNet.ddpmpp(plan),
            "VEPrecond", new SongUNet(plan, positional, 1, skip, SongUNet.Decoder.SKIP, smoothing),
            "iDDPMPrecond", new DhariwalUNet(heads).withOutChannels(2));
    return DynamicTest.stream(
        networks.keySet().stream().sorted(),
        name -> name,
        name -> {
          Preconditioning preconditioning = Preconditioning.of(name, new Arguments(Map.of()));
          EdmUNet network = Objects.requireNonNull(networks.get(name));
          int size = network.plan().resolution();
          Graph graph = awake(preconditioning.denoiser(network.build(0)));
          assertAgreesInDoublePrecision(
              graph,
              Map.of(
                  DenoiserModel.NOISY, normal(1, 3, 1, size, size),
                  DenoiserModel.SIGMA, Tensor.floats(new int[] {3}, 0.05f, 0.8f, 9),
                  DenoiserModel.LABEL, normal(2, 3, 2),
                  DenoiserModel.AUGMENT, normal(3, 3, 3)));
        });
  }

  private static void assertAgreesInDoublePrecision(Graph graph, Map<String, Tensor> feeds) {
    Map<String, Tensor> expected = Interpreter.run(graph, feeds);
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      Map<String, Tensor> actual =
          torch.compile(graph, DataType.FLOAT64).compute(feeds, torch.weights(graph).frozen());
      expected.forEach((name, tensor) -> DOUBLE.check(name, actual.get(name), tensor));
    }
  }

  private static Graph awake(Graph graph) {
    Map<String, Tensor> weights = new HashMap<>();
    graph
        .parameters()
        .forEach((name, value) -> weights.put(name, normal(name.hashCode(), value.shape())));
    return graph.withWeights(weights);
  }

  private static Tensor normal(int stream, int... shape) {
    float[] values = new GaussianNoise(5, stream).elements(Tensor.elements(shape));
    for (int i = 0; i < values.length; i++) {
      values[i] *= 0.3f;
    }
    return Tensor.floats(shape, values);
  }
}
