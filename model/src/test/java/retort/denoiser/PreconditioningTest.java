package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.network.Arguments;

/** The four formulations against the table of the paper, in double precision. */
class PreconditioningTest {
  private static final double Y = 0.7;

  private static Preconditioning of(String className, Map<String, Object> arguments) {
    return Preconditioning.of(className, new Arguments(arguments));
  }

  /** F returns twice its input plus its noise level, and, where asked to, channels of no use. */
  private static Graph network(int channels) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(1, 1, 1));
    Value noise = g.input("noise", Shape.batch());
    Value f = x.times(2).plus(noise.reshape(-1, 1, 1, 1));
    for (int i = 1; i < channels; i++) {
      f = f.concat(x.times(1000), 1);
    }
    g.output("f", f);
    g.output("features", x);
    return g.build();
  }

  private static double denoised(Preconditioning preconditioning, double sigma) {
    Graph denoiser = preconditioning.denoiser(network(preconditioning.networkChannels(1)));
    Map<String, Tensor> feeds =
        Map.of(
            "noisy", Tensor.reals(DataType.FLOAT32, new int[] {1, 1, 1, 1}, Y),
            "sigma", Tensor.reals(DataType.FLOAT32, new int[] {1}, sigma));
    return Objects.requireNonNull(Interpreter.run(denoiser, feeds).get("denoised")).reals()[0];
  }

  @ParameterizedTest
  @CsvSource({"0.002", "0.5", "2.5", "80"})
  void variancePreservingIsAsInThePaper(double sigma) {
    Map<String, Object> arguments = Map.of("beta_d", 18, "beta_min", 0.2, "M", 500);

    double t = (Math.sqrt(0.04 + 36 * Math.log(1 + sigma * sigma)) - 0.2) / 18;
    double f = 2 * Y / Math.sqrt(sigma * sigma + 1) + 499 * t;

    assertThat(denoised(of("VPPrecond", arguments), sigma))
        .isCloseTo(Y - sigma * f, roundOff(sigma * f));
  }

  @ParameterizedTest
  @CsvSource({"0.02", "0.5", "2.5", "100"})
  void varianceExplodingIsAsInThePaper(double sigma) {
    double f = 2 * Y + Math.log(sigma / 2);

    assertThat(denoised(of("VEPrecond", Map.of()), sigma))
        .isCloseTo(Y + sigma * f, roundOff(sigma * f));
  }

  @ParameterizedTest
  @CsvSource({
    "0.0001, 1000",
    "0.00642233714, 999",
    "0.3, 821",
    "0.5, 710",
    "1.3, 421",
    "2.5, 244",
    "321, 2",
    "100000, 0"
  })
  void improvedDdpmTakesTheNearestStepAndHalfOfTheChannels(double sigma, int step) {
    double f = 2 * Y / Math.sqrt(sigma * sigma + 1) + (999 - step);

    assertThat(denoised(of("iDDPMPrecond", Map.of()), sigma))
        .isCloseTo(Y - sigma * f, roundOff(sigma * f));
  }

  private static Offset<Double> roundOff(double scale) {
    return within(1e-12 * (1 + Math.abs(scale)));
  }

  @Test
  void theTableOfImprovedDdpmIsThatOfFloats() {
    float[] u = new IddpmPreconditioning(0.001, 0.008, 1000).table();

    // The published sequence in float32; in double precision u[999] would be 0.0064254.
    assertThat(u).hasSize(1001);
    assertThat(u[1000]).isZero();
    assertThat(u[999]).isCloseTo(0.006422337f, within(1e-9f));
    assertThat(u[500]).isCloseTo(1.0123894f, within(3e-6f));
    assertThat(u[1]).isCloseTo(641.6624f, within(2e-3f));
    assertThat(u[0]).isCloseTo(20291.17f, within(0.05f));
  }

  @Test
  void theTableIsABufferUnderItsPublishedName() {
    Graph denoiser = of("iDDPMPrecond", Map.of("M", 10)).denoiser(network(2));

    assertThat(denoiser.weights()).containsKey("u");
    assertThat(denoiser.parameters()).isEmpty();
  }

  @Test
  void whatIsLeftOutHasThePublishedDefault() {
    assertThat(of("EDMPrecond", Map.of("use_fp16", true))).isEqualTo(new EdmPreconditioning(0.5));
    assertThat(of("EDMPrecond_EncoderDecoder", Map.of("sigma_data", 0.25)).sigmaData())
        .isEqualTo(0.25);
    assertThat(of("VEPrecond", Map.of()).sigmaRange()).isEqualTo(new SigmaRange(0.02, 100));
    assertThat(of("EDMPrecond", Map.of()).sigmaRange()).isEqualTo(SigmaRange.ALL);
    SigmaRange vp = of("VPPrecond", Map.of()).sigmaRange();
    assertThat(vp.min()).isCloseTo(0.0010005, within(1e-6));
    assertThat(vp.max()).isCloseTo(152.17, within(0.01));
    SigmaRange iddpm = of("iDDPMPrecond", Map.of()).sigmaRange();
    assertThat(iddpm.min()).isCloseTo(0.006422, within(1e-5));
    assertThat(iddpm.max()).isCloseTo(20291, within(1.0));
  }

  @Test
  void eachHasANetworkThatIsMeantWhereNoneIsNamed() {
    Map<String, Object> arguments = Map.of("img_resolution", 32, "img_channels", 3);

    for (String name : List.of("VPPrecond", "VEPrecond")) {
      assertThat(of(name, arguments).network(new Arguments(arguments)).plan().modelChannels())
          .isEqualTo(128);
    }
    assertThat(of("iDDPMPrecond", arguments).network(new Arguments(arguments)).plan())
        .satisfies(
            plan -> {
              assertThat(plan.modelChannels()).isEqualTo(192);
              assertThat(plan.outChannels()).isEqualTo(6);
            });
  }

  @Test
  void aNetworkOfOtherChannelsIsRefused() {
    assertThatThrownBy(() -> of("iDDPMPrecond", Map.of()).denoiser(network(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the network returns 1 channels for images of 1 but its preconditioning needs 2");
  }

  @Test
  void anotherClassIsRefused() {
    assertThatThrownBy(() -> of("Precond", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the preconditioning is a Precond but should be one of EDMPrecond, VPPrecond,"
                + " VEPrecond, iDDPMPrecond");
  }

  @ParameterizedTest
  @CsvSource({
    "EDMPrecond, sigma_data, -1, sigma_data is -1.0 but",
    "EDMPrecond, sigma_min, -1, run from -1.0 to Infinity but",
    "VPPrecond, beta_d, 0, betaD 0.0 and betaMin 0.1 give no positive noise level",
    "VPPrecond, M, 1, M is 1 but",
    "VEPrecond, sigma_min, 200, run from 200.0 to 100.0 but",
    "iDDPMPrecond, C_1, 0, C_1 is 0.0",
    "iDDPMPrecond, C_2, -1, C_2 is -1.0 but",
    "iDDPMPrecond, M, 1000000000, M is 1000000000 but"
  })
  void numbersThatGiveNoPreconditioningAreRefused(
      String className, String name, double value, String message) {
    assertThatThrownBy(() -> of(className, Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
