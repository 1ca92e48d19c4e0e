package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.onnx.OnnxReader;

/** The network in {@code examples/foreign}, as PyTorch's newer exporter wrote it. */
class ForeignExampleTest {
  private static final int PIXELS = 28 * 28;

  private static Graph network = new GraphBuilder().build();

  @BeforeAll
  static void read() {
    network = OnnxReader.read(Path.of("../examples/foreign/digits-flow.onnx")).graph();
  }

  private static float[] waves(double scale) {
    float[] values = new float[2 * PIXELS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * Math.sin(i));
    }
    return values;
  }

  private static Tensor images(float[] values) {
    return Tensor.floats(new int[] {2, 1, 28, 28}, values);
  }

  private static Tensor numbers(float... values) {
    return Tensor.floats(new int[] {values.length}, values);
  }

  private static double[] velocities() {
    Tensor digits = Tensor.integers(DataType.INT64, new int[] {2}, 3, 10);
    Map<String, Tensor> feeds =
        Map.of("x", images(waves(1)), "t", numbers(0.25f, 0.8f), "y", digits);
    return Objects.requireNonNull(Interpreter.run(network, feeds).get("velocity")).reals();
  }

  @Test
  void velocityIsThatOfOnnxRuntime() {
    double[] velocities = velocities();

    int[] places = {0, 400, 783, 784, 1200, 1567};
    double[] expected = {2.2475476, -0.4599988, 0.3433315, -0.1305528, 1.1026098, 1.9394993};
    for (int i = 0; i < places.length; i++) {
      assertThat(velocities[places[i]]).isCloseTo(expected[i], within(2e-5));
    }
    double sum = Arrays.stream(velocities).sum();
    assertThat(sum).isCloseTo(1418.53189, within(1e-2));
  }

  @Test
  void itsLayersAreRecognised() {
    assertThat(network.parameterCount()).isEqualTo(272_521);
    assertThat(count(Operator.ATTENTION)).isEqualTo(1);
    assertThat(count(Operator.GROUP_NORM)).isEqualTo(3);
    assertThat(count(Operator.LAYER_NORMALIZATION)).isEqualTo(2);
    assertThat(count(Operator.GELU)).isEqualTo(10);
  }

  private static long count(Operator operator) {
    return network.nodes().stream().filter(node -> node.operator() == operator).count();
  }

  @Test
  void denoisedImageFollowsFromTheVelocity() {
    SignatureHints hints =
        new SignatureHints(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalInt.of(10),
            Optional.empty(),
            Optional.empty(),
            Map.of());
    NetworkConvention convention =
        new NetworkConvention(
            SignatureGuess.of(network, hints).signature(),
            Prediction.FLOW,
            new TimeInput(new FlowTime(false)),
            ImageRange.OURS);
    float[] sigma = {0.25f / 0.75f, 0.8f / 0.2f};
    float[] noisy = waves(1);
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] *= 1 + sigma[i / PIXELS];
    }
    float[] label = new float[20];
    label[3] = 1;

    Tensor denoised =
        Interpreter.run(
                convention.denoiser(network),
                Map.of(
                    "noisy", images(noisy),
                    "sigma", numbers(sigma),
                    "label", Tensor.floats(new int[] {2, 10}, label)))
            .get("denoised");

    double[] velocities = velocities();
    double[] found = Objects.requireNonNull(denoised).reals();
    for (int i = 0; i < found.length; i++) {
      double t = i < PIXELS ? 0.25 : 0.8;
      assertThat(found[i]).isCloseTo(Math.sin(i) - t * velocities[i], within(1e-4));
    }
    assertThat(convention.trained()).isEqualTo(SigmaRange.ALL);
  }
}
