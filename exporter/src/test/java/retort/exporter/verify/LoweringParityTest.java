package retort.exporter.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.graph.ConstantFolding;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.InputFixing;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxReader;
import retort.onnx.OnnxWriter;

/** What is written as ONNX computes in ONNX Runtime what the interpreter computes. */
class LoweringParityTest {
  /** Of the largest value: float32 sums of at most a few hundred terms. */
  private static final double TOLERANCE = 1e-5;

  private static final Path TEACHERS =
      Path.of(System.getProperty("retort.teachers", "../../shared/teachers"));

  @Test
  void convolutionsAgree() {
    assertParity(
        g -> {
          Value x = g.input("x", Shape.batch(4, 8, 8));
          Value h = x.conv(g.parameter("w", normal(1, 6, 4, 3, 3)), g.parameter("b", normal(2, 6)));
          h = h.depthwise(g.constant(normal(3, 6, 1, 2, 2)), 0, 2).upsampleNearest2x();
          h = h.depthwiseTransposed(g.constant(normal(4, 6, 1, 2, 2)), 0, 2);
          g.output("y", h.averagePool2x2().concat(h.maxPool2x2(), 1));
        });
  }

  @Test
  void siluAgrees() {
    assertParity(g -> g.output("y", g.input("x", Shape.batch(7)).times(5).silu()));
  }

  @Test
  void groupNormOfImagesAndVectorsAgrees() {
    assertParity(
        g -> {
          Value scale = g.parameter("scale", normal(1, 6));
          Value bias = g.parameter("bias", normal(2, 6));
          g.output("y", g.input("x", Shape.batch(6, 5, 4)).groupNorm(3, 1e-6, scale, bias));
          g.output("z", g.input("v", Shape.batch(6)).groupNorm(2, 1e-5, scale, bias));
        });
  }

  @Test
  void attentionAgrees() {
    assertParity(
        g -> {
          Value q = g.input("q", Shape.batch(2, 5, 4));
          g.output(
              "y",
              q.attend(g.input("k", Shape.batch(2, 6, 4)), g.input("v", Shape.batch(2, 6, 3))));
        });
  }

  @Test
  void dropoutAndStopGradientAgree() {
    assertParity(
        g -> g.output("y", g.input("x", Shape.batch(7)).dropout(0.3).stopGradient().plus(1)));
  }

  @Test
  void aFixedInputAgreesForEveryBatch() {
    Graph graph = embedded();

    Graph fixed = InputFixing.fix(graph, "sigma", Tensor.scalar(2.5));
    Graph folded = ConstantFolding.foldAll(fixed);

    assertThat(folded.nodes()).noneMatch(node -> node.operator() == Operator.COS);
    assertParity(fixed);
    assertParity(folded);
  }

  private static Graph embedded() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(2, 4, 4));
    Value sigma = g.input("sigma", Shape.batch());
    Value waves = sigma.reshape(-1, 1).times(g.buffer("freqs", normal(1, 1, 3))).cos();
    Value embedding = waves.linear(g.parameter("w", normal(2, 2, 3))).silu();
    g.output("y", x.plus(embedding.reshape(-1, 2, 1, 1)));
    g.output("level", sigma.log());
    return g.build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0001", "0002"})
  void aFileOfPyTorchGivesItsRecordedResults(String number) throws IOException {
    Path folder = TEACHERS.resolve("jameshughes_mnist_uncond_MIT");
    assumeTrue(
        Files.isDirectory(folder), folder + " is absent; give another with -Dretort.teachers=DIR");

    OnnxModel model = OnnxReader.read(folder.resolve("model_" + number + ".torchexport.onnx"));

    Graph graph = model.graph();
    Map<String, Tensor> feeds =
        Map.of(
            "x", npy(folder.resolve(number + "_x.npy")),
            "t", npy(folder.resolve(number + "_t.npy")));
    Tensor expected = npy(folder.resolve(number + "_eps.npy"));
    Tensor actual = Objects.requireNonNull(Interpreter.run(graph, feeds).get("out"));
    assertThat(model.producer()).isEqualTo("pytorch");
    assertThat(graph.parameterCount()).isEqualTo(146_961);
    assertThat(graph.nodes()).anyMatch(node -> node.operator() == Operator.GELU);
    assertClose("eps", actual.reals(), expected.reals());
    assertParity(graph, feeds);
  }

  private static void assertParity(Consumer<GraphBuilder> network) {
    GraphBuilder g = new GraphBuilder();
    network.accept(g);
    assertParity(g.build());
  }

  private static void assertParity(Graph graph) {
    for (int n : new int[] {1, 3}) {
      Map<String, Tensor> feeds = new HashMap<>();
      for (Graph.Input input : graph.inputs()) {
        feeds.put(input.name(), normal(input.name().hashCode(), input.shape().at(n)));
      }
      assertParity(graph, feeds);
    }
  }

  private static void assertParity(Graph graph, Map<String, Tensor> feeds) {
    Map<String, Tensor> expected = Interpreter.run(graph, feeds);
    byte[] file = OnnxWriter.toBytes(OnnxModel.of(graph, Map.of()));
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        OrtSession session = environment.createSession(file, options)) {
      for (Map.Entry<String, Tensor> feed : feeds.entrySet()) {
        long[] shape = Arrays.stream(feed.getValue().shape()).asLongStream().toArray();
        FloatBuffer values = FloatBuffer.wrap(feed.getValue().floats());
        inputs.put(feed.getKey(), OnnxTensor.createTensor(environment, values, shape));
      }
      try (OrtSession.Result results = session.run(inputs)) {
        for (Map.Entry<String, Tensor> output : expected.entrySet()) {
          OnnxTensor tensor = (OnnxTensor) results.get(output.getKey()).orElseThrow();
          long[] shape = Arrays.stream(output.getValue().shape()).asLongStream().toArray();
          assertThat(tensor.getInfo().getShape()).isEqualTo(shape);
          FloatBuffer buffer = tensor.getFloatBuffer();
          double[] actual = new double[buffer.remaining()];
          for (int i = 0; i < actual.length; i++) {
            actual[i] = buffer.get(i);
          }
          assertClose(output.getKey(), actual, output.getValue().reals());
        }
      }
    } catch (OrtException e) {
      throw new AssertionError("ONNX Runtime refuses the file", e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static void assertClose(String name, double[] actual, double[] expected) {
    double scale = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      scale = Math.max(scale, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    }
    assertThat(difference).as(name).isLessThanOrEqualTo(TOLERANCE * scale);
  }

  private static Tensor normal(long seed, int... shape) {
    Random random = new Random(seed);
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.abs(random.nextGaussian()) + 0.1f;
    }
    return Tensor.floats(shape, values);
  }

  /** A little-endian float32 array of version 1. */
  private static Tensor npy(Path path) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = Short.toUnsignedInt(bytes.getShort(8));
    String header = new String(bytes.array(), 10, headerLength, StandardCharsets.US_ASCII);
    assertThat(header).contains("'<f4'").contains("'fortran_order': False");
    String dims = header.substring(header.indexOf('(') + 1, header.indexOf(')'));
    int[] shape =
        Arrays.stream(dims.split(","))
            .map(String::strip)
            .filter(dim -> !dim.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    float[] values = new float[Tensor.elements(shape)];
    bytes.position(10 + headerLength);
    bytes.asFloatBuffer().get(values);
    return Tensor.floats(shape, values);
  }
}
