package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;

class EdmPreconditioningTest {
  private static final EdmPreconditioning EDM = new EdmPreconditioning(0.5);

  private static Tensor real(double value) {
    return Tensor.reals(DataType.FLOAT32, new int[] {1}, value);
  }

  /** The golden numbers have seven digits or more. */
  private static Offset<Double> sevenDigits(double expected) {
    return within(1e-6 * Math.abs(expected));
  }

  @ParameterizedTest(name = "sigma {0}")
  @CsvSource({
    "2.5, .03846154, .49029034, .39223227, .22907268, 4.16",
    "0.002, .999984, .001999984, 1.999984, -1.553652, 250004",
    "80, 3.906097e-5, .49999023, .012499756, 1.0955067, 4.00015625"
  })
  void coefficientsAreThoseOfThePaper(
      double sigma, double cSkip, double cOut, double cIn, double cNoise, double weight) {
    GraphBuilder g = new GraphBuilder();
    Value s = g.input("sigma", Shape.batch());
    g.output("cSkip", EDM.cSkip(s));
    g.output("cOut", EDM.cOut(s));
    g.output("cIn", EDM.cIn(s));
    g.output("cNoise", EdmPreconditioning.cNoise(s));
    g.output("weight", EDM.lossWeight(s));

    Map<String, Tensor> values = Interpreter.run(g.build(), Map.of("sigma", real(sigma)));

    assertThat(value(values, "cSkip")).isCloseTo(cSkip, sevenDigits(cSkip));
    assertThat(value(values, "cOut")).isCloseTo(cOut, sevenDigits(cOut));
    assertThat(value(values, "cIn")).isCloseTo(cIn, sevenDigits(cIn));
    assertThat(value(values, "cNoise")).isCloseTo(cNoise, sevenDigits(cNoise));
    assertThat(value(values, "weight")).isCloseTo(weight, sevenDigits(weight));
  }

  private static double value(Map<String, Tensor> values, String name) {
    return Objects.requireNonNull(values.get(name)).reals()[0];
  }

  /** F returns its input plus its noise embedding, so that the denoiser is known. */
  private static Graph network() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(1, 1, 2));
    Value noise = g.input("noise", Shape.batch());
    g.output("f", x.plus(noise.reshape(-1, 1, 1, 1)).times(g.parameter("w", real(1))));
    g.output("features", x);
    return g.build();
  }

  @Test
  void theNetworkSeesScaledImagesAndItsAnswerIsScaledBack() {
    Graph denoiser = EDM.denoiser(network());
    double y = 0.7;
    Tensor noisy = Tensor.reals(DataType.FLOAT32, new int[] {1, 1, 1, 2}, y, y);

    Map<String, Tensor> values =
        Interpreter.run(denoiser, Map.of("noisy", noisy, "sigma", real(2.5)));

    double f = .39223227 * y + .22907268;
    assertThat(value(values, "denoised")).isCloseTo(.03846154 * y + .49029034 * f, within(1e-7));
    assertThat(denoiser.parameters().keySet()).containsExactly("model.w");
    assertThat(denoiser.inputs().stream().map(Graph.Input::name)).containsExactly("noisy", "sigma");
  }

  @Test
  void aNetworkWithoutANoiseInputIsRefused() {
    GraphBuilder g = new GraphBuilder();
    g.output("f", g.input("x", Shape.batch(1, 1, 2)));
    Graph network = g.build();

    assertThatThrownBy(() -> EDM.denoiser(network))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("inputs x and noise");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN})
  void theDeviationOfImagesIsPositive(double sigmaData) {
    assertThatThrownBy(() -> new EdmPreconditioning(sigmaData))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sigma_data is " + sigmaData);
  }
}
