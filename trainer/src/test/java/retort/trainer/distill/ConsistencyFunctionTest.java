package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.network.SongUNet;
import retort.noise.GaussianNoise;

class ConsistencyFunctionTest {
  private static final double SIGMA_MIN = 0.002;
  private static final double DATA = 0.5;
  private static final float[] NOISE = new GaussianNoise(3, 0).elements(16);

  private static DenoiserModel denoiser() {
    SongUNet network = SongUNet.ddpmpp(4, 1, 2, 9, 8, List.of(1), 1, 1, Set.of(), 0.1);
    return new DenoiserModel(
        new EdmPreconditioning(DATA).denoiser(network.build(3)),
        DATA,
        List.of("a", "b"),
        Map.of("retort.sigma_max", "80.0"));
  }

  private static double[] run(DenoiserModel model, double sigma) {
    Map<String, Tensor> feeds =
        Map.of(
            "noisy", Tensor.floats(new int[] {1, 1, 4, 4}, NOISE),
            "sigma", Tensor.floats(new int[] {1}, (float) sigma),
            "label", Tensor.floats(new int[] {1, 2}, 1, 0),
            "augment", Tensor.floats(new int[] {1, 9}, new float[9]));
    Graph graph = model.graph().withOutputs(List.of(DenoiserModel.DENOISED));
    return Objects.requireNonNull(Interpreter.run(graph, feeds).get("denoised")).reals();
  }

  @Test
  void atItsLowestLevelItReturnsWhatItIsGiven() {
    double[] image = run(ConsistencyFunction.of(denoiser(), SIGMA_MIN), SIGMA_MIN);

    for (int i = 0; i < image.length; i++) {
      assertThat(image[i]).isCloseTo(NOISE[i], within(1e-7));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.003, 0.1, 2.5, 80})
  void ofTheNetworkItIsThePublishedMix(double sigma) {
    double level = (float) sigma;
    double variance = level * level + DATA * DATA;
    double above = level - SIGMA_MIN;
    double skip = DATA * DATA / (above * above + DATA * DATA);
    double out = above * DATA / Math.sqrt(variance);

    double[] image = run(ConsistencyFunction.of(denoiser(), SIGMA_MIN), sigma);

    double[] denoised = run(denoiser(), sigma);
    for (int i = 0; i < image.length; i++) {
      double network =
          (denoised[i] - DATA * DATA / variance * NOISE[i]) / (level * DATA / Math.sqrt(variance));
      assertThat(image[i]).isCloseTo(skip * NOISE[i] + out * network, within(1e-5));
    }
  }

  @Test
  void itHasTheSignatureAndTheWeightsOfTheDenoiser() {
    DenoiserModel denoiser = denoiser();

    DenoiserModel function = ConsistencyFunction.of(denoiser, SIGMA_MIN);

    assertThat(function.graph().parameters()).isEqualTo(denoiser.graph().parameters());
    assertThat(function.graph().inputs()).isEqualTo(denoiser.graph().inputs());
    assertThat(function.graph().outputs()).isEqualTo(denoiser.graph().outputs());
    assertThat(function.labelNames()).isEqualTo(denoiser.labelNames());
    assertThat(function.properties()).isEqualTo(denoiser.properties());
  }
}
