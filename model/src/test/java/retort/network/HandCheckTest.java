package retort.network;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.EdmPreconditioning;
import retort.denoiser.Preconditioning;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;
import retort.reference.Tolerance;

/** The networks as graphs against the networks as loops, both in double precision. */
class HandCheckTest {
  /** Sums of some thousand terms in another order. */
  private static final Tolerance DOUBLE = new Tolerance(1e-10);

  /** The reference was computed in float32. */
  private static final Tolerance SINGLE = new Tolerance(1e-5);

  private static final List<Double> SMOOTHING = SongUNet.SMOOTHING_FILTER;
  private static final List<Double> LONG = List.of(1.0, 4.0, 7.0, 6.0, 3.0, 1.0);

  @ParameterizedTest(name = "{0} heads, adaptive scale {1}, {2}")
  @CsvSource({
    "0, false, NONE",
    "1, false, NONE",
    "2, true, NONE",
    "0, true, DOWN",
    "1, false, DOWN",
    "2, false, UP"
  })
  void aBlockAgrees(int heads, boolean adaptive, UNetBlock.Resampling mode) {
    UNetBlock block =
        new UNetBlock(heads, 0.1, 0.7, 1e-5, adaptive, true, SMOOTHING, UNetBlock.Initial.XAVIER);
    Tensor x = random(1, 1, 8, 6, 4);
    Tensor emb = random(2, 1, 5);

    Graph graph = alive(graph(block, 8, 5, 16, mode));

    double[][][] expected =
        new PlainLayers(graph.parameters()).block(block, "block", images(x)[0], emb.reals(), mode);
    Tensor actual = Interpreter.run(graph, Map.of("x", x, "emb", emb)).get("y");
    DOUBLE.check("y", Objects.requireNonNull(actual).reals(), flat(expected));
  }

  private static Graph graph(
      UNetBlock block, int in, int embedding, int out, UNetBlock.Resampling mode) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(in, 6, 4));
    Value emb = g.input("emb", Shape.batch(embedding));
    g.output("y", block.apply(new Layers(g, WeightSource.INITIAL, 1), "block", x, emb, out, mode));
    return g.build();
  }

  @TestFactory
  Stream<DynamicTest> aNetworkAgrees() {
    UNetPlan plan = new UNetPlan(8, 2, 2, 3, 4, 8, List.of(1, 2, 1), 2, 2, Set.of(4), 0.1, 0);
    SongUNet.Embedding fourier = SongUNet.Embedding.FOURIER;
    SongUNet.Encoder skip = SongUNet.Encoder.SKIP;
    SongUNet.Decoder adding = SongUNet.Decoder.SKIP;
    UNetPlan heads = new UNetPlan(4, 1, 1, 2, 3, 64, List.of(1, 2), 1, 1, Set.of(2), 0, 0);
    return DynamicTest.stream(
        Stream.of(
            SongUNet.ddpmpp(plan),
            SongUNet.ncsnpp(plan),
            new SongUNet(plan, SongUNet.Embedding.POSITIONAL, 2, skip, adding, SMOOTHING),
            new SongUNet(plan, fourier, 1, skip, SongUNet.Decoder.STANDARD, SongUNet.BOX_FILTER),
            new SongUNet(plan, fourier, 2, SongUNet.Encoder.RESIDUAL, adding, LONG),
            new DhariwalUNet(heads),
            new DhariwalUNet(plan)),
        EdmUNet::toString,
        network -> assertAgrees(network, new EdmPreconditioning(0.4)));
  }

  @Test
  void aNetworkThatIsToldNoNoiseLevelAgrees() {
    UNetPlan plan = new UNetPlan(4, 1, 1, 0, 0, 8, List.of(1, 2), 1, 1, Set.of(), 0.1, 0);
    SongUNet.Encoder none = SongUNet.Encoder.STANDARD;

    assertAgrees(
        new SongUNet(
            plan, SongUNet.Embedding.ZERO, 1, none, SongUNet.Decoder.STANDARD, SongUNet.BOX_FILTER),
        new EdmPreconditioning(0.5));
  }

  @TestFactory
  Stream<DynamicTest> aPreconditioningAgrees() {
    UNetPlan plan = new UNetPlan(4, 1, 1, 3, 0, 8, List.of(1, 2), 1, 1, Set.of(), 0.1, 0);
    Map<String, Object> none = Map.of();
    return DynamicTest.stream(
        Stream.of("EDMPrecond", "VPPrecond", "VEPrecond_EncoderDecoder", "iDDPMPrecond"),
        name -> name,
        name -> {
          Preconditioning preconditioning = Preconditioning.of(name, new Arguments(none));
          EdmUNet network = SongUNet.ddpmpp(plan);
          assertAgrees(
              network.withOutChannels(preconditioning.networkChannels(1)), preconditioning);
        });
  }

  private static void assertAgrees(EdmUNet network, Preconditioning preconditioning) {
    UNetPlan plan = network.plan();
    Graph graph = alive(preconditioning.denoiser(network.build(1)));
    Map<String, Tensor> feeds = new HashMap<>();
    int size = plan.resolution();
    feeds.put("noisy", random(2, 2, plan.inChannels(), size, size));
    feeds.put("sigma", Tensor.floats(new int[] {2}, 0.3f, 7));
    if (plan.labelDim() > 0) {
      feeds.put("label", random(3, 2, plan.labelDim()));
    }
    if (plan.augmentDim() > 0) {
      feeds.put("augment", random(4, 2, plan.augmentDim()));
    }

    Tensor actual = Interpreter.run(graph, feeds).get("denoised");

    Map<String, Tensor> weights = new HashMap<>();
    graph.weights().forEach((name, weight) -> weights.put(name, weight.value()));
    PlainDenoiser plain = PlainDenoiser.of(network, preconditioning, weights);
    DOUBLE.check("denoised", actual, denoised(plain, feeds));
  }

  /** Weights in other files are read by another module, and compared there. */
  @TestFactory
  Stream<DynamicTest> aNetworkOfTheReferenceAgrees() {
    return ReferenceCases.tests(Set.of("edm", "sid"), HandCheckTest::assertNetworkAgrees);
  }

  private static void assertNetworkAgrees(ReferenceCase reference) {
    if (!reference.has("state_dict.npz")) {
      reference.skip("has no state_dict.npz; the exporter's tests read its weights");
    }
    Arguments arguments = JsonArguments.of(reference.meta().getAsJsonObject("kwargs"));
    Preconditioning preconditioning =
        Preconditioning.of(reference.meta().get("precond").getAsString(), arguments);
    EdmUNet network = preconditioning.network(arguments);
    Map<String, Tensor> weights = reference.tensors("state_dict.npz");
    Graph graph =
        preconditioning.denoiser(
            network.build(
                (name, shape, initial) -> Objects.requireNonNull(weights.get("model." + name))));
    Tensor noisy = reference.tensor("x");
    Tensor sigma = reference.tensor("sigma");
    Map<String, Tensor> feeds = new HashMap<>();
    feeds.put("noisy", noisy);
    feeds.put("sigma", sigma.reshaped(sigma.elements()));
    if (network.plan().labelDim() > 0) {
      feeds.put("label", reference.tensor("labels"));
    }
    if (network.plan().augmentDim() > 0) {
      int[] none = {noisy.dim(0), network.plan().augmentDim()};
      feeds.put("augment", Tensor.floats(none, new float[Tensor.elements(none)]));
    }

    Tensor actual = Interpreter.run(graph, feeds).get("denoised");

    PlainDenoiser plain = PlainDenoiser.of(network, preconditioning, weights);
    DOUBLE.check("D", actual, denoised(plain, feeds));
    SINGLE.check("D", actual, reference.tensor("D"));
  }

  /** A batch by the loops, image by image. */
  private static Tensor denoised(PlainDenoiser denoiser, Map<String, Tensor> feeds) {
    Tensor noisy = Objects.requireNonNull(feeds.get("noisy"));
    double[][][][] x = images(noisy);
    double[] results = new double[noisy.elements()];
    int size = results.length / x.length;
    for (int i = 0; i < x.length; i++) {
      double[][][] image =
          denoiser.denoised(
              x[i], row(feeds, "sigma", i)[0], row(feeds, "label", i), row(feeds, "augment", i));
      System.arraycopy(flat(image), 0, results, i * size, size);
    }
    return Tensor.reals(noisy.type(), noisy.shape(), results);
  }

  private static double[] row(Map<String, Tensor> feeds, String name, int i) {
    Tensor tensor = feeds.get(name);
    if (tensor == null) {
      return new double[0];
    }
    int size = tensor.elements() / tensor.dim(0);
    return Arrays.copyOfRange(tensor.reals(), i * size, (i + 1) * size);
  }

  private static double[][][][] images(Tensor tensor) {
    double[][][][] images = new double[tensor.dim(0)][tensor.dim(1)][tensor.dim(2)][tensor.dim(3)];
    double[] values = tensor.reals();
    int i = 0;
    for (double[][][] image : images) {
      for (double[][] channel : image) {
        for (double[] row : channel) {
          System.arraycopy(values, i, row, 0, row.length);
          i += row.length;
        }
      }
    }
    return images;
  }

  private static double[] flat(double[][][] image) {
    return Arrays.stream(image).flatMap(Arrays::stream).flatMapToDouble(Arrays::stream).toArray();
  }

  /** The graph with random numbers in every parameter, so that no layer starts as zero or one. */
  private static Graph alive(Graph graph) {
    Map<String, Tensor> random = new HashMap<>();
    graph
        .parameters()
        .forEach((name, old) -> random.put(name, random(name.hashCode(), old.shape())));
    return graph.withWeights(random);
  }

  private static Tensor random(long seed, int... shape) {
    Random random = new Random(seed);
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.4 * random.nextGaussian());
    }
    return Tensor.floats(shape, values);
  }
}
